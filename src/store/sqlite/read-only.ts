/**
 * Opens a database that may not be written: in an image, on a read-only mount, or by a user without the right. There
 * SQLite reads a database in WAL mode only while its writer keeps the side files open; otherwise a private copy is
 * read. The copy needs the size of the file, in memory or, if there is a log with the latest writes next to the
 * database, in the temporary folder.
 */
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';

export interface ReadOnlyDatabase {
  readonly database: SqliteDatabase.Database;
  /** Removes the copy; call it after closing the database. */
  readonly remove: () => void;
}

/** A larger file is copied to the temporary folder. */
const mostInMemory = 1024 ** 3;

export function openForReading(path: string): ReadOnlyDatabase {
  const shared = openShared(path);
  if (shared) return { database: shared, remove: () => undefined };
  const log = `${path}-wal`;
  const hasLog = existsSync(log) && statSync(log).size > 0;
  return hasLog || statSync(path).size > mostInMemory ? openCopy(path, hasLog ? log : undefined) : openInMemory(path);
}

/** Opens the database while its writer runs. */
function openShared(path: string): SqliteDatabase.Database | undefined {
  let database: SqliteDatabase.Database | undefined;
  try {
    database = new SqliteDatabase(path, { readonly: true, fileMustExist: true });
    database.pragma('schema_version');
    return database;
  } catch (thrown) {
    database?.close();
    if (!/^SQLITE_(CANTOPEN|READONLY)/.test((thrown as { code?: string }).code ?? '')) throw thrown;
    return undefined;
  }
}

/**
 * Bytes 18 and 19 of the header mean WAL mode (2), which a database in memory does not support; 1 is the rollback
 * journal (https://www.sqlite.org/fileformat.html, 1.3.3).
 */
function openInMemory(path: string): ReadOnlyDatabase {
  const bytes = readFileSync(path);
  if (bytes.length >= 20) bytes.fill(1, 18, 20);
  return { database: new SqliteDatabase(bytes, { readonly: true }), remove: () => undefined };
}

function openCopy(path: string, log: string | undefined): ReadOnlyDatabase {
  const folder = mkdtempSync(join(tmpdir(), 'espalier-store-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    const copy = join(folder, 'espalier.db');
    copyFileSync(path, copy);
    if (log !== undefined) copyFileSync(log, `${copy}-wal`);
    return { database: new SqliteDatabase(copy), remove };
  } catch (thrown) {
    remove();
    throw thrown;
  }
}
