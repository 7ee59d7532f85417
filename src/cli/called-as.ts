/** How to call Espalier again, in words for a shell. */
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * `espalier` where it was called by that name; else node and this very file. `npx espalier` would do in the clone
 * alone: anywhere else npx fetches whatever has that name in the registry.
 */
export function calledAs(script: string | undefined = process.argv[1]): string {
  if (script !== undefined && basename(script) === 'espalier') return 'espalier';
  return `node ${quoted(fileURLToPath(new URL('main.js', import.meta.url)))}`;
}

/** For a shell, where it holds more than what paths usually do. */
export function quoted(path: string): string {
  return /^[\w./:@%+=~-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
