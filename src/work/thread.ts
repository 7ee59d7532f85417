/** One thread of a pool. It runs one task at a time. */
import { Worker } from 'node:worker_threads';
import { type PackedError, unpackError } from '../core/thread-error.js';
import { type AnyTask, type Task, throwIfStopped } from './task.js';

export type ThreadMessage =
  | { readonly kind: 'load'; readonly module: string }
  | { readonly kind: 'run'; readonly module: string; readonly input: unknown }
  | { readonly kind: 'end' };

export type ThreadReply =
  | { readonly kind: 'done'; readonly output: unknown }
  | { readonly kind: 'failed'; readonly error: PackedError };

interface Waiting {
  readonly resolve: (output: unknown) => void;
  readonly reject: (reason: unknown) => void;
}

export class Thread {
  readonly #worker = new Worker(new URL('./thread-body.js', import.meta.url));
  readonly #ended: Promise<void>;
  #waiting: Waiting | undefined;
  #state: 'idle' | 'busy' | 'leaving' | 'ended' = 'idle';

  /** @param onEnd called once, when the thread can run nothing more */
  constructor(onEnd: (thread: Thread) => void) {
    this.#worker.unref();
    this.#worker.on('message', (reply: ThreadReply) => this.#settle(reply));
    this.#worker.on('error', (reason) => {
      this.#state = 'leaving';
      this.#waiting?.reject(reason);
    });
    this.#ended = new Promise((resolve) =>
      this.#worker.once('exit', (code) => {
        this.#state = 'ended';
        this.#waiting?.reject(new Error(`a thread ended with ${code} and no result`));
        onEnd(this);
        resolve();
      }),
    );
  }

  get isIdle(): boolean {
    return this.#state === 'idle';
  }

  load(module: string): void {
    this.#send({ kind: 'load', module });
  }

  /**
   * Runs a task; the thread keeps the program alive only while it works. @throws INTERRUPTED, and what the task throws
   */
  async run<Input, Output>(task: Task<Input, Output>, input: Input, signal?: AbortSignal): Promise<Output> {
    const stop = () => this.#leave(task.stops);
    this.#state = 'busy';
    this.#worker.ref();
    signal?.addEventListener('abort', stop, { once: true });
    try {
      return (await this.#ask({ kind: 'run', module: task.module, input })) as Output;
    } catch (thrown) {
      throwIfStopped(task, signal);
      throw thrown;
    } finally {
      signal?.removeEventListener('abort', stop);
      this.#worker.unref();
      if (this.#state === 'busy') this.#state = 'idle';
    }
  }

  /** Resolves when the thread has ended. */
  async end(): Promise<void> {
    this.#worker.ref();
    if (this.#state === 'idle') this.#leave('between turns');
    await this.#ended;
  }

  async #ask(message: ThreadMessage): Promise<unknown> {
    try {
      return await new Promise((resolve, reject) => {
        this.#waiting = { resolve, reject };
        this.#send(message);
      });
    } finally {
      this.#waiting = undefined;
    }
  }

  /** Rejects the waiting call, and ends the thread. */
  #leave(stops: AnyTask['stops']): void {
    this.#state = 'leaving';
    this.#waiting?.reject(new Error('a thread was told to end'));
    if (stops === 'anywhere') void this.#worker.terminate();
    else this.#send({ kind: 'end' });
  }

  #settle(reply: ThreadReply): void {
    if (reply.kind === 'done') this.#waiting?.resolve(reply.output);
    else this.#waiting?.reject(unpackError(reply.error));
  }

  #send(message: ThreadMessage): void {
    this.#worker.postMessage(message);
  }
}
