/** Takes erased texts out of the files of rejected rows. */
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writePrivateFile } from '../core/files.js';
import { sameTextForm, sameTextHash } from '../core/text.js';
import type { Workspace } from '../declaration/workspace.js';

export interface RiddenFile {
  /** Path below the workspace. */
  readonly file: string;
  readonly rows: number;
}

/** @returns the files that lost rows; one without any other row is removed */
export async function ridRejects({ root }: Pick<Workspace, 'root'>, texts: readonly string[]): Promise<RiddenFile[]> {
  const folder = join(root, 'replay-store', 'rejects');
  const [hashes, forms] = [new Set(texts.map(sameTextHash)), texts.map(sameTextForm)];
  const isAbout = (line: string) => stringsIn(line).some((value) => holds(value, hashes, forms));
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

const holds = (value: string, hashes: ReadonlySet<string>, forms: readonly string[]): boolean =>
  hashes.has(sameTextHash(value)) || forms.some((form) => form !== '' && sameTextForm(value).includes(form));

/** The row as it stood, and each of its values where it is JSON. */
function stringsIn(line: string): string[] {
  const { raw = line, reason = '' } = parsed(line) as { readonly raw?: string; readonly reason?: string };
  const row = parsed(raw);
  return [raw, reason, ...(typeof row === 'object' && row !== null ? valuesIn(row) : [])];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}

function valuesIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(valuesIn) : [];
}
