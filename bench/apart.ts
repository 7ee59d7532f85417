/** Runs a part of a benchmark in a process of its own, so that its peak memory and its warmth are its own. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/**
 * @param worker file beside this one that answers the one message it gets.
 * @throws where it ends without an answer, naming `what` it was for
 */
export function runApart<Reply>(worker: string, request: object, what: string): Promise<Reply> {
  const child = fork(fileURLToPath(new URL(worker, import.meta.url)), { execArgv: ['--import', 'tsx'] });
  return new Promise((resolve, reject) => {
    child.once('message', (reply) => resolve(reply as Reply));
    child.once('exit', (code) => reject(new Error(`the process of ${what} ended with ${code}`)));
    child.send(request);
  });
}
