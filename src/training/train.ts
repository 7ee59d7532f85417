/** Trains in a worker thread, so that meanwhile progress is shown, leases are renewed and Ctrl-C is handled. */
import { Worker } from 'node:worker_threads';
import { EspalierError } from '../core/errors.js';
import { currentExtensions } from '../core/extensions.js';
import { type PackedError, unpackError } from '../core/thread-error.js';
import type { TrainedHead, TrainingJob, TrainingProgress } from './job.js';
import { type SentJob, sendable } from './sent-job.js';

export type WorkerMessage =
  | { readonly kind: 'progress'; readonly done: number; readonly total: number; readonly unit: string }
  | { readonly kind: 'trained'; readonly trained: TrainedHead }
  | { readonly kind: 'refused'; readonly error: PackedError };

/** The data sent to the thread. */
export interface WorkerRequest {
  readonly job: SentJob;
  /** Path of the configuration that adds strategies; undefined if there is none. */
  readonly config: string | undefined;
  /** One number, nonzero when the thread should stop. */
  readonly stopped: Int32Array<SharedArrayBuffer>;
}

/**
 * Trains a head. A stop takes effect at the next step that reports progress. The thread is never terminated, since that
 * would abort the whole process if the thread is inside a native call.
 * @throws INTERRUPTED, TRAINING_DIVERGED
 */
export function train(
  job: TrainingJob,
  { signal, progress }: { signal: AbortSignal; progress: TrainingProgress },
): Promise<TrainedHead> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(stoppedWhileTraining());
    const worker = new Worker(new URL('./worker.js', import.meta.url));
    const stopped = new Int32Array(new SharedArrayBuffer(4));
    const stop = () => Atomics.store(stopped, 0, 1);
    signal.addEventListener('abort', stop, { once: true });
    worker.on('message', (message: WorkerMessage) => {
      if (message.kind === 'progress') return progress(message.done, message.total, message.unit);
      if (message.kind === 'trained') resolve(message.trained);
      else reject(unpackError(message.error));
    });
    worker.once('error', reject);
    worker.once('exit', (code) => {
      signal.removeEventListener('abort', stop);
      reject(new Error(`the training thread ended with ${code} and no result`));
    });
    worker.postMessage({ job: sendable(job), config: currentExtensions().file, stopped } satisfies WorkerRequest);
  });
}

export function stoppedWhileTraining(): EspalierError {
  return new EspalierError('INTERRUPTED', 'stopped while training');
}
