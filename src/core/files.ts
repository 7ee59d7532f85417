/** Files are written whole or not at all. Files with texts of users are readable by their owner only. */
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type ErrorCode, EspalierError, messageOf, systemCodeOf } from './errors.js';
import { sweepBeside, unfinishedName } from './left-behind.js';

export type Content = string | Uint8Array | readonly Uint8Array[];

/**
 * Permissions of files and folders that only the owner may list or read. They apply at creation, and do not change
 * existing ones.
 */
export const privateFolder = 0o700;
export const privateFile = 0o600;

/** Writes a temporary file next to the target, flushes it to disk, then renames it over the target. */
export async function writeFileAtomic(path: string, content: Content): Promise<void> {
  await writeWhole(path, content, { file: 0o666, folder: 0o777 });
}

/** The same for files with texts of users, or with data learned from them. */
export async function writePrivateFile(path: string, content: Content): Promise<void> {
  await writeWhole(path, content, { file: privateFile, folder: privateFolder });
}

/**
 * The same for a private file whose content comes piece by piece. An error of its source is thrown as it is.
 * @returns bytes written
 */
export async function writePrivateStream(path: string, pieces: AsyncIterable<string | Uint8Array>): Promise<number> {
  return writeWhole(path, pieces, { file: privateFile, folder: privateFolder });
}

/** @returns bytes written */
async function writeWhole(
  path: string,
  content: Content | AsyncIterable<string | Uint8Array>,
  modes: { file: number; folder: number },
): Promise<number> {
  const temporary = unfinishedName(path);
  try {
    await mkdir(dirname(path), { recursive: true, mode: modes.folder });
    const file = await open(temporary, 'wx', modes.file);
    let bytes = 0;
    try {
      for await (const piece of piecesOf(content)) {
        await file.writeFile(piece);
        bytes += Buffer.byteLength(piece);
      }
      await file.sync();
    } finally {
      await file.close();
    }
    await renameDurably(temporary, path);
    await sweepBeside(path, new Date());
    return bytes;
  } catch (thrown) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw diskError(thrown, path);
  }
}

function piecesOf(content: Content | AsyncIterable<string | Uint8Array>) {
  return typeof content === 'string' || content instanceof Uint8Array ? [content] : content;
}

/**
 * Renames, and flushes the folders to disk: otherwise the name may be lost at a power failure, although the file's
 * content is stored.
 */
export async function renameDurably(from: string, to: string): Promise<void> {
  await rename(from, to);
  for (const folder of new Set([dirname(to), dirname(from)])) await syncFolder(folder);
}

/** Some systems cannot open or flush a folder; there only the rename itself is guaranteed. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  try {
    await handle?.sync();
  } catch (thrown) {
    if (!['EINVAL', 'EPERM', 'EBADF', 'EISDIR'].includes(systemCodeOf(thrown) ?? '')) throw thrown;
  } finally {
    await handle?.close();
  }
}

export async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (thrown) {
    throw diskError(thrown, path);
  }
}

type Telling = readonly [code: ErrorCode, sentence: (path: string) => string];

const noSpace: Telling = ['DISK_FULL', (path) => `no space left while writing ${path}`];
const readOnly: Telling = ['DISK_READ_ONLY', (path) => `${path} cannot be written: the disk is read-only`];
const denied: Telling = ['FILE_UNREADABLE', (path) => `${path}: permission denied`];
const missing: Telling = ['FILE_NOT_FOUND', (path) => `${path} does not exist`];
const failing: Telling = ['DISK_FAILED', (path) => `the disk failed at ${path}`];
const tooMany: Telling = ['TOO_MANY_FILES', (path) => `${path} cannot be opened: too many files are open`];

/** System error code -> its error of the catalogue. */
const tellings: Readonly<Record<string, Telling>> = {
  ENOSPC: noSpace,
  EDQUOT: noSpace,
  SQLITE_FULL: noSpace,
  EFBIG: ['DISK_FULL', (path) => `${path} may not grow any more: a limit of the system or of its disk is reached`],
  EROFS: readOnly,
  SQLITE_READONLY: readOnly,
  EACCES: denied,
  EPERM: denied,
  ENOENT: missing,
  ENOTDIR: missing,
  EISDIR: ['FILE_UNREADABLE', (path) => `${path} is a folder`],
  ELOOP: ['FILE_UNREADABLE', (path) => `${path} is a symbolic link that leads to itself`],
  ENAMETOOLONG: ['FILE_UNREADABLE', (path) => `${path} is too long for a path`],
  EIO: failing,
  ESTALE: failing,
  ENXIO: failing,
  ENODEV: failing,
  EREMOTEIO: failing,
  ETIMEDOUT: failing,
  EMFILE: tooMany,
  ENFILE: tooMany,
};

/** Translates a file system error to Espalier's; any other is returned unchanged. */
export function diskError(thrown: unknown, path: string): unknown {
  const telling = tellings[systemCodeOf(thrown) ?? ''];
  if (!telling) return thrown instanceof Error ? thrown : new Error(messageOf(thrown));
  const [code, sentence] = telling;
  const detail = code === 'DISK_FAILED' ? ` (${messageOf(thrown)})` : '';
  return new EspalierError(code, `${sentence(path)}${detail}`, { at: { file: path }, cause: thrown });
}
