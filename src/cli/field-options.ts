/** Options that say where the parts of an example stand in a row. */
import { readFile } from 'node:fs/promises';
import { EspalierError } from '../core/errors.js';
import { diskError } from '../core/files.js';
import type { FieldMap } from '../library/field-roles.js';

/** `text=utterance,label=intent.name`; may be repeated. */
export function gatherMap(written: string, before: FieldMap | undefined): FieldMap {
  const pairs = written.split(',').map((pair) => {
    const at = pair.indexOf('=');
    if (at < 1)
      throw new EspalierError('USAGE', `--map ${pair} is not a role and its field`, {
        hint: 'Write --map text=utterance,label=intent.name.',
      });
    return [pair.slice(0, at).trim(), pair.slice(at + 1).trim()];
  });
  return { ...before, ...Object.fromEntries(pairs) };
}

/** A list with commas, or a file: one name a line, or a JSON array. @throws USAGE, FILE_NOT_FOUND, FILE_UNREADABLE */
export async function readLabelNames(written: string): Promise<readonly string[]> {
  if (written.includes(',')) return written.split(',').map((name) => name.trim());
  const content = await readFile(written, 'utf8').catch((thrown) => {
    throw diskError(thrown, written);
  });
  if (!/^\s*\[/.test(content))
    return content
      .replace(/^\ufeff/, '')
      .trimEnd()
      .split(/\r?\n/);
  try {
    return JSON.parse(content) as readonly string[];
  } catch (cause) {
    throw new EspalierError('USAGE', `${written} is not a JSON array of names`, {
      hint: 'Write one name a line, or ["refund", "late"].',
      cause,
    });
  }
}
