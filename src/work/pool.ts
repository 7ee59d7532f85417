/**
 * A pool of threads that run tasks, so that the main thread can renew leases, show progress and handle Ctrl-C
 * meanwhile. A thread is started when it is first needed and reused when idle; an idle thread does not keep the program
 * alive.
 */
import { availableParallelism } from 'node:os';
import PQueue from 'p-queue';
import { type AnyTask, type Task, type TaskRunner, throwIfStopped } from './task.js';
import { Thread } from './thread.js';

export class WorkPool implements TaskRunner {
  readonly #queue: PQueue;
  readonly #threads = new Set<Thread>();
  readonly #idle: Thread[] = [];

  /** @param size maximum number of threads that work at once */
  constructor(size = availableParallelism()) {
    this.#queue = new PQueue({ concurrency: size });
  }

  prepare({ module }: Pick<AnyTask, 'module'>): void {
    const thread = this.#idle.at(-1) ?? (this.#threads.size === 0 ? this.#keep(this.#start()) : undefined);
    thread?.load(module);
  }

  /**
   * Runs a task; while all threads are busy, calls wait in their order. @throws INTERRUPTED, and what the task throws
   */
  run<Input, Output>(task: Task<Input, Output>, input: Input, signal?: AbortSignal): Promise<Output> {
    return this.#queue.add(async () => {
      throwIfStopped(task, signal);
      const thread = this.#idle.pop() ?? this.#start();
      try {
        return await thread.run(task, input, signal);
      } finally {
        if (thread.isIdle) this.#keep(thread);
      }
    });
  }

  /** Ends the threads; a thread that was told to stop during a task ends at the next point where that is safe. */
  async close(): Promise<void> {
    await this.#queue.onIdle();
    this.#idle.length = 0;
    await Promise.all([...this.#threads].map((thread) => thread.end()));
  }

  #start(): Thread {
    const thread = new Thread((ended) => {
      this.#threads.delete(ended);
      const place = this.#idle.indexOf(ended);
      if (place >= 0) this.#idle.splice(place, 1);
    });
    this.#threads.add(thread);
    return thread;
  }

  #keep(thread: Thread): Thread {
    this.#idle.push(thread);
    return thread;
  }
}
