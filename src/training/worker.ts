/** The worker thread of train.ts: a native epoch blocks its thread's event loop, and must not block the program's. */
import { parentPort } from 'node:worker_threads';
import { EspalierError } from '../core/errors.js';
import { trainJob } from './strategies.js';
import { stoppedWhileTraining, type WorkerMessage, type WorkerRequest } from './train.js';

const port = parentPort!;
const send = (message: WorkerMessage) => port.postMessage(message);

port.once('message', async ({ job, stopped }: WorkerRequest) => {
  try {
    const trained = await trainJob(job, (done, total, unit) => {
      if (Atomics.load(stopped, 0) !== 0) throw stoppedWhileTraining();
      send({ kind: 'progress', done, total, unit });
    });
    send({ kind: 'trained', trained });
  } catch (thrown) {
    // An error loses its class on the way between threads.
    if (thrown instanceof EspalierError) send({ kind: 'refused', code: thrown.code, what: thrown.message, hint: thrown.hint });
    else throw thrown;
  }
});
