/**
 * Checks that the database is still the file at its path. Otherwise a process with the file open would keep writing to
 * a file that no path leads to.
 */
import { type BigIntStats, statSync } from 'node:fs';
import { EspalierError } from '../../core/errors.js';

export type FileIdentity = Readonly<Pick<BigIntStats, 'dev' | 'ino'>>;

export function identify(path: string): FileIdentity {
  const { dev, ino } = statSync(path, { bigint: true });
  return { dev, ino };
}

/** @throws STORE_GONE */
export function requireInPlace({ path, identity }: { readonly path: string; readonly identity?: FileIdentity }): void {
  if (identity === undefined) return;
  const now = statSync(path, { bigint: true, throwIfNoEntry: false });
  if (now?.dev === identity.dev && now.ino === identity.ino) return;
  const what = now === undefined ? 'was removed or moved away' : 'was replaced by another file';
  throw new EspalierError('STORE_GONE', `${path} ${what} while it was in use`, { at: { file: path } });
}
