/** Files are written whole or not at all. */
import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { EspalierError, messageOf, systemCodeOf } from './errors.js';

/** Writes beside the target, flushes to disk, then renames over it. */
export async function writeFileAtomic(path: string, content: string | Uint8Array | readonly Uint8Array[]): Promise<void> {
  const temporary = `${path}.${randomUUID().slice(0, 8)}.part`;
  try {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(temporary, 'wx');
    try {
      const pieces = Array.isArray(content) ? (content as readonly Uint8Array[]) : [content as string | Uint8Array];
      for (const piece of pieces) await file.writeFile(piece);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (thrown) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw diskError(thrown, path);
  }
}

/** Of a process that was killed while it wrote, the half-written file stays in the folder. */
export async function removeUnfinished(folder: string): Promise<void> {
  for (const name of await readdir(folder)) if (name.endsWith('.part')) await rm(join(folder, name), { force: true });
}

export async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (thrown) {
    throw diskError(thrown, path);
  }
}

/** A file system error as one of ours; anything else is returned as it is. */
export function diskError(thrown: unknown, path: string): unknown {
  const code = systemCodeOf(thrown);
  const details = { at: { file: path }, cause: thrown };
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'SQLITE_FULL')
    return new EspalierError('DISK_FULL', `no space left while writing ${path}`, details);
  if (code === 'EROFS' || code === 'SQLITE_READONLY')
    return new EspalierError('DISK_READ_ONLY', `${path} cannot be written: the disk is read-only`, details);
  if (code === 'EACCES' || code === 'EPERM') return new EspalierError('FILE_UNREADABLE', `${path}: permission denied`, details);
  if (code === 'ENOENT' || code === 'ENOTDIR') return new EspalierError('FILE_NOT_FOUND', `${path} does not exist`, details);
  if (code === 'EISDIR') return new EspalierError('FILE_UNREADABLE', `${path} is a folder`, details);
  return thrown instanceof Error ? thrown : new Error(messageOf(thrown));
}
