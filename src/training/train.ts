/** Trains in a worker thread, so that progress shows, leases are renewed and Ctrl-C is heard meanwhile. */
import { Worker } from 'node:worker_threads';
import { EspalierError, type ErrorCode } from '../core/errors.js';
import type { TrainedHead, TrainingJob, TrainingProgress } from './job.js';

export type WorkerMessage =
  | { readonly kind: 'progress'; readonly done: number; readonly total: number; readonly unit: string }
  | { readonly kind: 'trained'; readonly trained: TrainedHead }
  | { readonly kind: 'refused'; readonly code: ErrorCode; readonly what: string; readonly hint: string };

/** @throws INTERRUPTED, TRAINING_DIVERGED */
export function train(job: TrainingJob, { signal, progress }: { signal: AbortSignal; progress: TrainingProgress }): Promise<TrainedHead> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./worker.js', import.meta.url));
    const stop = () => {
      void worker.terminate();
      reject(new EspalierError('INTERRUPTED', 'stopped while training'));
    };
    if (signal.aborted) return stop();
    signal.addEventListener('abort', stop, { once: true });
    worker.on('message', (message: WorkerMessage) => {
      if (message.kind === 'progress') return progress(message.done, message.total, message.unit);
      if (message.kind === 'trained') resolve(message.trained);
      else reject(new EspalierError(message.code, message.what, { hint: message.hint }));
      void worker.terminate();
    });
    worker.once('error', reject);
    worker.once('exit', (code) => {
      signal.removeEventListener('abort', stop);
      reject(new Error(`the training thread ended with ${code} and no result`));
    });
    worker.postMessage(job);
  });
}
