/** The Node.js to run under: this one where it is recent enough, else one of the npm registry. */
import { fetchNode } from './fetch-node.js';
import { isRecentEnough, tooOld } from './minimum.js';

/** Undefined where none could be had: one line on standard error says what is needed. */
export function currentNode(): string | undefined {
  if (isRecentEnough(process.versions)) return process.execPath;
  try {
    return fetchNode({ environment: process.env, tell: tellOnTerminal });
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    process.stderr.write(
      `espalier: ${tooOld(process.versions)}. A current one was not found: ${reason}. Install it from https://nodejs.org.\n`,
    );
    return undefined;
  }
}

/** Whoever waits wants to know what for; a log wants one line of what went wrong. */
function tellOnTerminal(words: string): void {
  if (process.stderr.isTTY) process.stderr.write(`espalier: Node.js ${process.versions.node} is too old; ${words}\n`);
}
