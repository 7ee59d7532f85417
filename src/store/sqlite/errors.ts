/**
 * Translates errors of SQLite to Espalier's. SQLite often reports only that something failed; the cause is asked of the
 * operating system.
 */
import { closeSync, openSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { EspalierError, messageOf, systemCodeOf } from '../../core/errors.js';
import { diskError } from '../../core/files.js';

/** Translates an error of SQLite or of the disk; any other is returned unchanged. */
export function sqliteError(thrown: unknown, path: string): unknown {
  const code = systemCodeOf(thrown) ?? '';
  const details = { at: { file: path }, cause: thrown };
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB') {
    return new EspalierError('STORE_CORRUPT', `${path} is damaged or not a database (${messageOf(thrown)})`, details);
  }
  if (/^SQLITE_(BUSY|LOCKED|PROTOCOL)/.test(code))
    return new EspalierError('STORE_BUSY', `${path} is held by another process`, details);
  if (code.startsWith('SQLITE_IOERR')) {
    if (isFull(path)) return new EspalierError('DISK_FULL', `no space left while writing ${path}`, details);
    return new EspalierError('DISK_FAILED', `the disk failed at ${path} (${code}: ${messageOf(thrown)})`, details);
  }
  if (code.startsWith('SQLITE_CANTOPEN')) return openingError(thrown, path);
  if (code.startsWith('SQLITE_READONLY') || code === 'SQLITE_PERM') {
    return new EspalierError('DISK_READ_ONLY', `${path} cannot be opened for writing`, details);
  }
  return diskError(thrown, path);
}

/**
 * Distinguishes a file or folder that may not be written from a path that is a folder, too many open files, and a
 * failed disk.
 */
function openingError(thrown: unknown, path: string): EspalierError {
  try {
    closeSync(openSync(path, 'r+'));
  } catch (cause) {
    const error = diskError(cause, path);
    const isAboutPermission = ['EACCES', 'EPERM', 'EROFS', 'ENOENT'].includes(systemCodeOf(cause) ?? '');
    if (error instanceof EspalierError && !isAboutPermission) return error;
  }
  const details = { at: { file: path }, cause: thrown };
  if (isFull(path)) return new EspalierError('DISK_FULL', `no space left to open ${path}`, details);
  return new EspalierError('DISK_READ_ONLY', `${path} cannot be opened for writing`, details);
}

/** Bytes that SQLite needs at once in a file next to the database, for the index of its log. */
const leastBytes = 32 * 1024;

function isFull(path: string): boolean {
  try {
    const { bavail, bsize, files, ffree } = statfsSync(dirname(path));
    return bavail * bsize < leastBytes || (files > 0 && ffree === 0);
  } catch {
    return false;
  }
}
