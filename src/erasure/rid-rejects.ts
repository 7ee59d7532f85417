/** Takes erased texts out of the files of rejected rows. */
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writePrivateFile } from '../core/files.js';
import { sameTextForm, sameTextHash } from '../core/text.js';
import type { Workspace } from '../declaration/workspace.js';
import { Needles } from './search-files.js';

export interface RiddenFile {
  /** Path below the workspace. */
  readonly file: string;
  readonly rows: number;
}

/**
 * A row goes if one of its values counts as the same text, or if it holds the text among other characters, as a line of
 * CSV does. Cost: each row is read once, whatever the number of texts.
 * @returns the files that lost rows; one without any other row is removed
 */
export async function ridRejects({ root }: Pick<Workspace, 'root'>, texts: readonly string[]): Promise<RiddenFile[]> {
  const folder = join(root, 'replay-store', 'rejects');
  const hashes = new Set(texts.map(sameTextHash));
  const forms = new Needles(texts.map(sameTextForm));
  const isAbout = (line: string) =>
    forms.areIn(Buffer.from(sameTextForm(line))) || stringsIn(line).some((value) => hashes.has(sameTextHash(value)));
  const ridden: RiddenFile[] = [];
  for (const name of (await readdir(folder).catch(() => [])).filter((one) => one.endsWith('.jsonl')).sort()) {
    const path = join(folder, name);
    const lines = (await readFile(path, 'utf8')).split('\n').filter((line) => line !== '');
    const left = lines.filter((line) => !isAbout(line));
    if (left.length === lines.length) continue;
    if (left.length === 0) await rm(path);
    else await writePrivateFile(path, `${left.join('\n')}\n`);
    ridden.push({ file: join('replay-store', 'rejects', name), rows: lines.length - left.length });
  }
  return ridden;
}

/** The row as it stood, and its values: of JSON, or what stands between delimiters. */
function stringsIn(line: string): string[] {
  const { raw = line } = (parsed(line) ?? {}) as { readonly raw?: string };
  const row = parsed(raw);
  return [raw, ...(row === undefined ? raw.split(/[,;\t|]/).map((cell) => cell.replace(/^"|"$/g, '')) : valuesIn(row))];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function valuesIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(valuesIn) : [];
}
