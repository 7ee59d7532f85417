/**
 * The words of the work room.
 *
 * task:   a function that can be called on another thread: what it is given and what it gives back are copied.
 * runner: where tasks are done: on the caller's own thread, or on those of a pool (pool.ts).
 */
import { EspalierError } from '../core/errors.js';

export interface Task<Input, Output> {
  /** What an interrupted call says that it was stopped at: "judging". */
  readonly name: string;
  /** `import.meta.url` of the module that exports it as `task`; a thread loads it from there. */
  readonly module: string;
  /**
   * When a thread that does it may be ended. `anywhere`: at any time. `between turns`: when its event loop turns, since
   * ending a thread inside a native call aborts the process.
   */
  readonly stops: 'anywhere' | 'between turns';
  run(input: Input): Output | Promise<Output>;
}

export type AnyTask = Task<never, unknown>;

export interface TaskRunner {
  /** Starts what the task needs, ahead of its first run. */
  prepare(task: Pick<AnyTask, 'module'>): void;
  /** @throws INTERRUPTED, and whatever the task throws, with its code */
  run<Input, Output>(task: Task<Input, Output>, input: Input, signal?: AbortSignal): Promise<Output>;
}

/** The caller's own thread: for small work, which a pool would only delay. */
export const ownThread: TaskRunner = {
  prepare: () => undefined,
  run: async (task, input, signal) => {
    throwIfStopped(task, signal);
    return task.run(input);
  },
};

/** @throws INTERRUPTED */
export function throwIfStopped({ name }: Pick<AnyTask, 'name'>, signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new EspalierError('INTERRUPTED', `stopped while ${name}`, { cause: signal.reason });
}
