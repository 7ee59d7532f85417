/**
 * Terms of the work room.
 *
 * task:   a function that can run on another thread: its input and its result are copied.
 * runner: runs tasks: on the caller's own thread, or on those of a pool (pool.ts).
 */
import { EspalierError } from '../core/errors.js';

export interface Task<Input, Output> {
  /** The work that an interrupted call was doing, for its error: "judging". */
  readonly name: string;
  /** `import.meta.url` of the module that exports it as `task`; a thread loads it from there. */
  readonly module: string;
  /**
   * When a thread that runs it may be ended. `anywhere`: at any time. `between turns`: when its event loop turns, since
   * ending a thread inside a native call aborts the process.
   */
  readonly stops: 'anywhere' | 'between turns';
  run(input: Input): Output | Promise<Output>;
}

export type AnyTask = Task<never, unknown>;

export interface TaskRunner {
  /** Starts loading the task's module before its first run. */
  prepare(task: Pick<AnyTask, 'module'>): void;
  /** @throws INTERRUPTED, and whatever the task throws, with its code */
  run<Input, Output>(task: Task<Input, Output>, input: Input, signal?: AbortSignal): Promise<Output>;
}

/** Runs tasks on the caller's own thread, for small work that a pool would only delay. */
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
