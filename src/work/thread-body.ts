/**
 * The code that a thread of a pool runs (thread.ts): it loads the modules of tasks, and runs the tasks that it
 * receives.
 */
import { parentPort } from 'node:worker_threads';
import { packError } from '../core/thread-error.js';
import type { Task } from './task.js';
import type { ThreadMessage, ThreadReply } from './thread.js';

const port = parentPort!;
const reply = (message: ThreadReply) => port.postMessage(message);

async function taskOf(module: string): Promise<Task<unknown, unknown>> {
  return ((await import(module)) as { task: Task<unknown, unknown> }).task;
}

port.on('message', async (message: ThreadMessage) => {
  // As in training/worker.ts: a thread whose event loop is empty may wait for ever.
  if (message.kind === 'end') process.exit();
  try {
    const task = await taskOf(message.module);
    if (message.kind === 'run') reply({ kind: 'done', output: await task.run(message.input) });
  } catch (thrown) {
    const error = packError(thrown);
    if (!error) throw thrown;
    reply({ kind: 'failed', error });
  }
});
