/** A worker thread of a crew (crew.ts): holds a model and runs the batches it receives. */
import { parentPort } from 'node:worker_threads';
import { packError } from '../core/thread-error.js';
import type { CrewMessage, CrewReply } from './crew.js';
import { type ModelSession, openModelSession } from './model-session.js';

const port = parentPort!;
const reply = (message: CrewReply, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer);
let session: ModelSession | undefined;

port.on('message', async (message: CrewMessage) => {
  try {
    if (message.kind === 'open') {
      session = await openModelSession(message.request);
      reply({ kind: 'opened' });
    } else if (message.kind === 'run') {
      const pooled = await session!.run(message.batch);
      reply({ kind: 'pooled', pooled }, [pooled.buffer as ArrayBuffer]);
    } else {
      await session?.close();
      // As in training/worker.ts: a thread whose event loop is empty may wait forever.
      process.exit();
    }
  } catch (thrown) {
    const error = packError(thrown);
    if (!error) throw thrown;
    reply({ kind: 'failed', error });
  }
});
