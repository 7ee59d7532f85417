/**
 * Names of unfinished files and folders, which get their final name once they are complete, and of spools. Each name
 * identifies the process that writes it, so that leftovers of a killed process can be recognised and removed.
 */
import { randomUUID } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';
import { isGone, markInWords, ownMark, parseMark } from './process-mark.js';

/** "suite.yaml.4711-8812345-0a1b2c3d4e5f.1f2e3d4c.part": name of the unfinished file for `path`. */
export function unfinishedName(path: string): string {
  return `${path}.${markInWords(ownMark())}.${randomUUID().slice(0, 8)}.part`;
}

/** Removes the unfinished files of ended processes in `folder`. */
export async function sweepFolder(folder: string, now: Date): Promise<void> {
  await sweep(folder, '', now);
}

/** Removes the unfinished files of ended processes for `path`. */
export async function sweepBeside(path: string, now: Date): Promise<void> {
  await sweep(dirname(path), `${basename(path)}.`, now);
}

/** Paths of unfinished files that ended processes left in `folder` and the folders below it. */
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

/** Leaves files that cannot be removed, without an error. */
async function sweep(folder: string, before: string, now: Date): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const words = markIn(name);
    if (!name.startsWith(before) || words === undefined) continue;
    if (await isLeftBehind(join(folder, name), words, now))
      await rm(join(folder, name), { recursive: true, force: true }).catch(() => undefined);
  }
}

/** Mark of the process that an unfinished name belongs to. */
const markIn = (name: string): string | undefined => /\.([^.]+)\.[0-9a-f]{8}\.part$/.exec(name)?.[1];

/**
 * For a file of another machine, or from before this machine was started, only its age tells whether it is abandoned.
 */
const abandonedMilliseconds = 24 * 60 * 60 * 1000;

async function isLeftBehind(path: string, words: string, now: Date): Promise<boolean> {
  const mark = parseMark(words);
  if (mark === undefined) return false;
  if (isGone(mark)) return true;
  const written = mark.place === ownMark().place ? undefined : await stat(path).catch(() => undefined);
  return written !== undefined && written.mtimeMs < now.getTime() - abandonedMilliseconds;
}

/** Removes everything unfinished in a folder that only this process uses. */
export async function removeUnfinished(folder: string): Promise<void> {
  for (const name of await readdir(folder)) if (name.endsWith('.part')) await rm(join(folder, name), { force: true });
}
