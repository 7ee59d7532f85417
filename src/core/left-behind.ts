/**
 * Names of what is not finished: files and folders that get their name when they are whole, and spools. Each tells
 * which process is at it, so that what a killed one left can be told and removed.
 */
import { randomUUID } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';
import { isGone, markInWords, ownMark, parseMark } from './process-mark.js';

/** "suite.yaml.4711-8812345-0a1b2c3d4e5f.1f2e3d4c.part": where what is to be at `path` is put together. */
export function unfinishedName(path: string): string {
  return `${path}.${markInWords(ownMark())}.${randomUUID().slice(0, 8)}.part`;
}

/** Removes what processes that are gone left in `folder`. */
export async function sweepFolder(folder: string, now: Date): Promise<void> {
  await sweep(folder, '', now);
}

/** Removes what they left beside `path`, when they were about to write it. */
export async function sweepBeside(path: string, now: Date): Promise<void> {
  await sweep(dirname(path), `${basename(path)}.`, now);
}

/** Paths of what processes that are gone left in `folder` and the folders below it. */
export async function listLeftBehind(folder: string, now: Date): Promise<string[]> {
  const names = (await readdir(folder, { recursive: true }).catch(() => [])).sort();
  const found: string[] = [];
  for (const name of names) {
    const path = join(folder, name);
    if (found.some((outer) => path.startsWith(`${outer}${sep}`))) continue;
    const words = markIn(name);
    if (words !== undefined && (await isLeftBehind(path, words, now))) found.push(path);
  }
  return found;
}

/** What cannot be removed stays, and fails nobody's work. */
async function sweep(folder: string, before: string, now: Date): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const words = markIn(name);
    if (!name.startsWith(before) || words === undefined) continue;
    if (await isLeftBehind(join(folder, name), words, now))
      await rm(join(folder, name), { recursive: true, force: true }).catch(() => undefined);
  }
}

/** The process that an unfinished name tells of. */
const markIn = (name: string): string | undefined => /\.([^.]+)\.[0-9a-f]{8}\.part$/.exec(name)?.[1];

/** Of another machine, or from before this one was started, only the time tells. */
const abandonedMilliseconds = 24 * 60 * 60 * 1000;

async function isLeftBehind(path: string, words: string, now: Date): Promise<boolean> {
  const mark = parseMark(words);
  if (mark === undefined) return false;
  if (isGone(mark)) return true;
  const written = mark.place === ownMark().place ? undefined : await stat(path).catch(() => undefined);
  return written !== undefined && written.mtimeMs < now.getTime() - abandonedMilliseconds;
}

/** Everything unfinished in a folder that is this process's alone. */
export async function removeUnfinished(folder: string): Promise<void> {
  for (const name of await readdir(folder)) if (name.endsWith('.part')) await rm(join(folder, name), { force: true });
}
