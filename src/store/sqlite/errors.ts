/** Errors of SQLite as ours. SQLite often says only that something failed; the system is asked what. */
import { closeSync, openSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { EspalierError, messageOf, systemCodeOf } from '../../core/errors.js';
import { diskError } from '../../core/files.js';

/** An error of SQLite, or of the disk, as one of ours; anything else is returned as it is. */
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
 * Whoever may not write, or only beside it, is told so; a folder, too many files and a broken disk are other matters.
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

/** What SQLite asks for at once beside the database, for the index of its log. */
const leastBytes = 32 * 1024;

function isFull(path: string): boolean {
  try {
    const { bavail, bsize, files, ffree } = statfsSync(dirname(path));
    return bavail * bsize < leastBytes || (files > 0 && ffree === 0);
  } catch {
    return false;
  }
}
