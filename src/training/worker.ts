/**
 * The worker thread of train.ts: a native epoch blocks its thread's event loop, and must not block the main thread's.
 */
import { parentPort } from 'node:worker_threads';
import { packError } from '../core/thread-error.js';
import { withConfig } from '../declaration/config.js';
import type { TrainingProgress } from './job.js';
import { received } from './sent-job.js';
import { trainJob } from './strategies.js';
import { stoppedWhileTraining, type WorkerMessage, type WorkerRequest } from './train.js';

const port = parentPort!;
const send = (message: WorkerMessage) => port.postMessage(message);

port.once('message', async ({ job, config, stopped }: WorkerRequest) => {
  try {
    const progress: TrainingProgress = (done, total, unit) => {
      if (Atomics.load(stopped, 0) !== 0) throw stoppedWhileTraining();
      send({ kind: 'progress', done, total, unit });
    };
    const trained = await withConfig(config, () => trainJob(received(job), progress));
    send({ kind: 'trained', trained });
  } catch (thrown) {
    const error = packError(thrown);
    if (!error) throw thrown;
    send({ kind: 'refused', error });
  }
  // A thread whose event loop is empty waits for V8's background compilation, and on Node 20 that may wait for a
  // garbage collection which then never occurs (seen once in some thousand trainings: NodePlatform::DrainTasks and
  // CollectionBarrier). Exiting at once avoids this; messages that were sent still arrive.
  process.exit();
});
