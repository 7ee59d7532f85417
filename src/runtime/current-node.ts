/** The Node.js to run under: this one if it is recent enough, otherwise one from the npm registry. */
import { fetchNode } from './fetch-node.js';
import { isRecentEnough, tooOld } from './minimum.js';

/** Undefined if none is available; then one line on standard error says which version is needed. */
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

/** Reports the download on a terminal only, where a person waits; a log gets only the line about a failure. */
function tellOnTerminal(words: string): void {
  if (process.stderr.isTTY) process.stderr.write(`espalier: Node.js ${process.versions.node} is too old; ${words}\n`);
}
