/**
 * Opens a store in one SQLite file in WAL mode, and brings it up to date by numbered SQL files. A database written by a
 * newer Espalier or by other software is refused unchanged.
 */
import { closeSync, existsSync, openSync, statSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setImmediate as letEventsThrough } from 'node:timers/promises';
import SqliteDatabase from 'better-sqlite3';
import { type KyselyPlugin, SqliteDialect } from 'kysely';
import { EspalierError } from '../../core/errors.js';
import { privateFile, privateFolder } from '../../core/files.js';
import { requireRecentNode } from '../../core/recent-node.js';
import type { Store } from '../store.js';
import { queriesOf } from '../transaction.js';
import { sqliteEngine } from './engine.js';
import { sqliteError } from './errors.js';
import { identify } from './file-identity.js';
import { migrate, newestVersion, versionOf } from './migrate.js';
import { openForReading } from './read-only.js';
import { busyMilliseconds, quickTries, untilFree } from './waiting.js';

/** "ESPL": distinguishes our files from other SQLite files. */
const applicationId = 0x4553504c;

/** Sized for hashes, which arrive in random order, so that each row touches different pages of the indexes. */
const cacheKilobytes = 64 * 1024;

/** @throws STORE_CORRUPT, STORE_NEWER, STORE_BUSY, DISK_READ_ONLY, DISK_FULL, DISK_FAILED, NODE_TOO_OLD */
export async function openSqlite(path: string): Promise<Store> {
  requireRecentNode();
  let database: SqliteDatabase.Database | undefined;
  try {
    await mkdir(dirname(path), { recursive: true, mode: privateFolder });
    makePrivate(path);
    database = new SqliteDatabase(path, { timeout: busyMilliseconds });
    refuseForeign(database, path);
    refuseNewer(database, path);
    await enterWalMode(database);
    database.pragma('synchronous = NORMAL');
    database.pragma('foreign_keys = ON');
    database.pragma(`cache_size = -${cacheKilobytes}`);
    migrate(database, applicationId);
    return storeOn(database, { path, identity: identify(path) });
  } catch (thrown) {
    database?.close();
    throw sqliteError(thrown, path);
  }
}

/**
 * Opens the store for a command that only reads: normally if it can be written, otherwise read-only.
 * @throws STORE_CORRUPT, STORE_NEWER, STORE_OUTDATED, STORE_BUSY, FILE_NOT_FOUND
 */
export async function openSqliteToRead(path: string): Promise<Store> {
  try {
    return await openSqlite(path);
  } catch (thrown) {
    const refusesWriting =
      thrown instanceof EspalierError && ['DISK_READ_ONLY', 'FILE_UNREADABLE', 'DISK_FULL'].includes(thrown.code);
    if (!refusesWriting || !statSync(path, { throwIfNoEntry: false })?.isFile()) throw thrown;
    return openReadOnly(path);
  }
}

function openReadOnly(path: string): Store {
  let opened: ReturnType<typeof openForReading> | undefined;
  try {
    opened = openForReading(path);
    refuseForeign(opened.database, path);
    refuseNewer(opened.database, path);
    refuseOlder(opened.database, path);
  } catch (thrown) {
    opened?.database.close();
    opened?.remove();
    throw sqliteError(thrown, path);
  }
  const { database, remove } = opened;
  const store = storeOn(database, { path });
  return { ...store, close: () => store.close().finally(remove) };
}

/**
 * SQLite answers synchronously: without a turn of the event loop a thousand queries in a row would block everything else.
 */
const givingWay: KyselyPlugin = {
  transformQuery: ({ node }) => node,
  async transformResult({ result }) {
    await letEventsThrough();
    return result;
  },
};

function storeOn(database: SqliteDatabase.Database, file: Parameters<typeof sqliteEngine>[1]): Store {
  const engine = sqliteEngine(database, file);
  const queries = queriesOf(new SqliteDialect({ database }), engine.place, [givingWay]);
  return { location: file.path, queries, engine, close: () => queries.destroy() };
}

/** Creates the file with private permissions, which SQLite copies to the files next to it. */
function makePrivate(path: string): void {
  if (existsSync(path)) return;
  try {
    closeSync(openSync(path, 'a', privateFile));
  } catch {
    // SQLite fails next, and that error is reported with its cause.
  }
}

/** SQLite does not wait here: if several processes create the file at the same time, the switch may fail at once. */
function enterWalMode(database: SqliteDatabase.Database): Promise<void> {
  return untilFree(() => database.pragma('journal_mode = WAL'), quickTries);
}

function refuseForeign(database: SqliteDatabase.Database, path: string): void {
  // Both values from one snapshot: another process may be creating the tables right now.
  const { id, tables } = database.transaction(() => ({
    id: database.pragma('application_id', { simple: true }),
    tables: database.prepare('SELECT count(*) FROM sqlite_schema').pluck().get() as number,
  }))();
  if (id !== applicationId && tables > 0) {
    throw new EspalierError('STORE_CORRUPT', `${path} is a database of another program`, { at: { file: path } });
  }
}

/** Checked before anything is written: even the switch to WAL mode changes the file. */
function refuseNewer(database: SqliteDatabase.Database, path: string): void {
  const current = versionOf(database);
  if (current <= newestVersion()) return;
  throw new EspalierError('STORE_NEWER', `${path} has schema ${current}; this Espalier knows ${newestVersion()}`, {
    at: { file: path },
  });
}

/** A store that cannot be written cannot be brought up to date. */
function refuseOlder(database: SqliteDatabase.Database, path: string): void {
  const current = versionOf(database);
  if (current === newestVersion()) return;
  const message = `${path} has schema ${current}, this Espalier reads ${newestVersion()}, and the file cannot be written`;
  throw new EspalierError('STORE_OUTDATED', message, { at: { file: path } });
}
