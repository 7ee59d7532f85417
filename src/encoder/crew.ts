/**
 * Threads that run batches through a model, so that every core encodes while the main thread renews leases, shows
 * progress and handles Ctrl-C. One thread is started at once; more are started when enough batches wait. Each thread
 * loads its own copy of the model.
 */
import { Worker } from 'node:worker_threads';
import PQueue from 'p-queue';
import { EspalierError } from '../core/errors.js';
import { type PackedError, unpackError } from '../core/thread-error.js';
import type { PaddedBatch } from './batches.js';
import type { ModelRequest } from './model-session.js';

export type CrewMessage =
  | { readonly kind: 'open'; readonly request: ModelRequest }
  | { readonly kind: 'run'; readonly batch: PaddedBatch }
  | { readonly kind: 'close' };

export type CrewReply =
  | { readonly kind: 'opened' }
  | { readonly kind: 'pooled'; readonly pooled: Float32Array }
  | { readonly kind: 'failed'; readonly error: PackedError };

/** Number of waiting batches that justifies another thread: starting one takes about as long as running 8 batches. */
const batchesWorthHiring = 8;

export class Crew {
  readonly #request: ModelRequest;
  readonly #size: number;
  readonly #queue = new PQueue({ concurrency: 1 });
  readonly #all: Member[] = [];
  readonly #idle: Member[] = [];

  private constructor(request: ModelRequest, size: number) {
    this.#request = request;
    this.#size = size;
  }

  /** @throws ENCODER_INVALID, ENCODER_INPUT_MISSING, ENCODER_OUTPUT_MISSING */
  static async open(request: ModelRequest, size: number): Promise<Crew> {
    const crew = new Crew(request, size);
    crew.#idle.push(await crew.#hire());
    return crew;
  }

  /**
   * Runs a batch, [rows, dense] float32. Calls made while all threads are busy wait in their order.
   * @throws ENCODER_INVALID, INTERRUPTED
   */
  run(batch: PaddedBatch, signal?: AbortSignal): Promise<Float32Array> {
    if (this.#queue.size >= batchesWorthHiring && this.#queue.concurrency < this.#size) this.#queue.concurrency++;
    return this.#queue.add(async () => {
      throwIfStopped(signal);
      const member = this.#idle.pop() ?? (await this.#hire());
      try {
        return await member.run(batch);
      } finally {
        this.#idle.push(member);
      }
    });
  }

  /** Waits for the running batches, then closes the threads. */
  async close(): Promise<void> {
    await this.#queue.onIdle();
    await Promise.all(this.#all.map((member) => member.close()));
  }

  async #hire(): Promise<Member> {
    const member = await Member.open(this.#request);
    this.#all.push(member);
    return member;
  }
}

function throwIfStopped(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new EspalierError('INTERRUPTED', 'encoding was stopped', { cause: signal.reason });
}

/** One thread, which handles one message at a time. */
class Member {
  readonly #worker: Worker;
  #waiting: { resolve: (reply: CrewReply) => void; reject: (reason: unknown) => void } | undefined;

  private constructor() {
    this.#worker = new Worker(new URL('./batch-worker.js', import.meta.url));
    this.#worker.on('message', (reply: CrewReply) => this.#waiting?.resolve(reply));
    this.#worker.on('error', (reason) => this.#waiting?.reject(reason));
    this.#worker.on('exit', (code) =>
      this.#waiting?.reject(new Error(`an encoding thread ended with ${code} and no result`)),
    );
  }

  static async open(request: ModelRequest): Promise<Member> {
    const member = new Member();
    try {
      await member.#ask({ kind: 'open', request });
      return member;
    } catch (thrown) {
      await member.close();
      throw thrown;
    }
  }

  async run(batch: PaddedBatch): Promise<Float32Array> {
    const parts = [batch.inputIds, batch.attentionMask, batch.positionIds];
    const reply = await this.#ask(
      { kind: 'run', batch },
      parts.map(({ buffer }) => buffer as ArrayBuffer),
    );
    if (reply.kind !== 'pooled') throw new Error(`an encoding thread answered a batch with ${reply.kind}`);
    return reply.pooled;
  }

  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.#worker.once('exit', resolve));
    this.#waiting = undefined;
    this.#worker.ref();
    this.#worker.postMessage({ kind: 'close' } satisfies CrewMessage);
    await ended;
  }

  /** Sends a message to the thread, which keeps the process alive only while it works. @throws the thread's error */
  async #ask(message: CrewMessage, transfer: ArrayBuffer[] = []): Promise<CrewReply> {
    this.#worker.ref();
    try {
      const reply = await new Promise<CrewReply>((resolve, reject) => {
        this.#waiting = { resolve, reject };
        this.#worker.postMessage(message, transfer);
      });
      if (reply.kind === 'failed') throw unpackError(reply.error);
      return reply;
    } finally {
      this.#waiting = undefined;
      this.#worker.unref();
    }
  }
}
