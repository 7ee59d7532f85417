/**
 * Opens the store: one SQLite file in WAL mode, brought up to date by numbered SQL files.
 * A database written by a newer Espalier, or by something else, is refused unchanged.
 */
import { closeSync, existsSync, openSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import SqliteDatabase from 'better-sqlite3';
import { Kysely, SqliteDialect, sql } from 'kysely';
import { checksum } from '../core/checksum.js';
import { EspalierError, systemCodeOf } from '../core/errors.js';
import { privateFile, privateFolder } from '../core/files.js';
import { isLabelSet } from '../core/label-sets.js';
import { requireRecentNode } from '../core/recent-node.js';
import { sameTextHash } from '../core/text.js';
import { type FileIdentity, identify, requireInPlace } from './file-identity.js';
import { openForReading } from './read-only.js';
import type { Schema } from './schema.js';
import { storeError } from './store-error.js';

export { storeError } from './store-error.js';

export type Queries = Kysely<Schema>;

export interface Store {
  readonly path: string;
  readonly queries: Queries;
  /** The connection under `queries`; only `transactOnConnection` writes through it. */
  readonly database: SqliteDatabase.Database;
  /** The file that was opened; transactions check that `path` still leads to it. Absent where nothing is written. */
  readonly identity?: FileIdentity;
  close(): Promise<void>;
}

/** "ESPL": tells our files from other SQLite files. */
const applicationId = 0x4553504c;
const busyMilliseconds = 10_000;
/** For the lock of a transaction, in all. */
const patienceMilliseconds = 60_000;
const retryMilliseconds = 20;
const migrationsFolder = fileURLToPath(new URL('../../replay-store/migrations', import.meta.url));

/** @throws STORE_CORRUPT, STORE_NEWER, STORE_BUSY, DISK_READ_ONLY, DISK_FULL, DISK_FAILED, NODE_TOO_OLD */
export async function openStore(path: string): Promise<Store> {
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
    migrate(database);
  } catch (thrown) {
    database?.close();
    throw storeError(thrown, path);
  }
  const queries = new Kysely<Schema>({ dialect: new SqliteDialect({ database }) });
  return { path, queries, database, identity: identify(path), close: () => queries.destroy() };
}

/**
 * Opens the store for a command that only reads: as ever where it can be written, read-only elsewhere.
 * @throws STORE_CORRUPT, STORE_NEWER, STORE_OUTDATED, STORE_BUSY, FILE_NOT_FOUND
 */
export async function openStoreToRead(path: string): Promise<Store> {
  try {
    return await openStore(path);
  } catch (thrown) {
    const refusesWriting = thrown instanceof EspalierError && ['DISK_READ_ONLY', 'FILE_UNREADABLE', 'DISK_FULL'].includes(thrown.code);
    if (!refusesWriting || !statSync(path, { throwIfNoEntry: false })?.isFile()) throw thrown;
    return openStoreReadOnly(path);
  }
}

function openStoreReadOnly(path: string): Store {
  let opened: ReturnType<typeof openForReading> | undefined;
  try {
    opened = openForReading(path);
    refuseForeign(opened.database, path);
    refuseNewer(opened.database, path);
    refuseOlder(opened.database, path);
  } catch (thrown) {
    opened?.database.close();
    opened?.remove();
    throw storeError(thrown, path);
  }
  const { database, remove } = opened;
  const queries = new Kysely<Schema>({ dialect: new SqliteDialect({ database }) });
  return { path, queries, database, close: () => queries.destroy().finally(remove) };
}

/** SQLite gives the files beside the database the permissions that the database has. */
function makePrivate(path: string): void {
  if (existsSync(path)) return;
  try {
    closeSync(openSync(path, 'a', privateFile));
  } catch {
    // SQLite fails next, and its error is told with its cause.
  }
}

/**
 * Runs `work` in one BEGIN IMMEDIATE transaction: a deferred one that reads first fails under concurrency in spite of the busy timeout.
 * `work` awaits nothing but its own queries.
 * @throws STORE_BUSY, STORE_GONE, DISK_FULL, DISK_FAILED, DISK_READ_ONLY, STORE_CORRUPT
 */
export async function transact<T>(store: Store, work: (queries: Queries) => Promise<T>): Promise<T> {
  return store.queries.connection().execute(async (connection) => {
    try {
      await patiently(() => sql`begin immediate`.execute(connection));
      const result = await work(connection);
      requireInPlace(store);
      await sql`commit`.execute(connection);
      return result;
    } catch (thrown) {
      // SQLite has already rolled back after some errors (a full disk); the first error is the one to tell.
      await sql`rollback`.execute(connection).catch(() => undefined);
      throw storeError(thrown, store.path);
    }
  });
}

/** An intake of two million rows holds the database for about a minute, and nobody should fail meanwhile. */
const patiently = (begin: () => unknown) => untilFree(begin, patienceMilliseconds / busyMilliseconds);

/** Tries so many times, as long as another process holds the database. */
async function untilFree(work: () => unknown, times: number): Promise<void> {
  for (let left = times - 1; ; left--) {
    try {
      await work();
      return;
    } catch (thrown) {
      if (left <= 0 || !systemCodeOf(thrown)?.startsWith('SQLITE_BUSY')) throw thrown;
      await setTimeout(retryMilliseconds);
    }
  }
}

/** Hashes come in no order, so that each row touches other pages of the indexes. */
const cacheKilobytes = 64 * 1024;

/**
 * The same for millions of rows, with statements of better-sqlite3 that are prepared once. The connection belongs to `work` until it ends, so that
 * it may also await its input and an event; other processes can read meanwhile, and wait to write.
 * @throws STORE_BUSY, DISK_FULL, DISK_READ_ONLY, STORE_CORRUPT
 */
export async function transactOnConnection<T>(
  store: Store,
  work: (database: SqliteDatabase.Database, queries: Queries) => Promise<T>,
): Promise<T> {
  return store.queries.connection().execute(async (connection) => {
    const { database } = store;
    const usualCache = database.pragma('cache_size', { simple: true }) as number;
    database.pragma(`cache_size = -${cacheKilobytes}`);
    try {
      await patiently(() => database.exec('BEGIN IMMEDIATE'));
      const result = await work(database, connection);
      requireInPlace(store);
      database.exec('COMMIT');
      return result;
    } catch (thrown) {
      if (database.inTransaction) database.exec('ROLLBACK');
      throw storeError(thrown, store.path);
    } finally {
      database.pragma(`cache_size = ${usualCache}`);
    }
  });
}

/** SQLite does not wait by itself here: where several processes make the file at once, the switch may fail at once. */
function enterWalMode(database: SqliteDatabase.Database): Promise<void> {
  return untilFree(() => database.pragma('journal_mode = WAL'), busyMilliseconds / retryMilliseconds + 1);
}

function refuseForeign(database: SqliteDatabase.Database, path: string): void {
  // Both from one snapshot: another process may be making the tables right now.
  const { id, tables } = database.transaction(() => ({
    id: database.pragma('application_id', { simple: true }),
    tables: database.prepare('SELECT count(*) FROM sqlite_schema').pluck().get() as number,
  }))();
  if (id !== applicationId && tables > 0) {
    throw new EspalierError('STORE_CORRUPT', `${path} is a database of another program`, { at: { file: path } });
  }
}

/** Before anything is written: even the switch to WAL mode changes the file. */
function refuseNewer(database: SqliteDatabase.Database, path: string): void {
  const newest = listMigrations().at(-1)?.version ?? 0;
  const current = versionOf(database);
  if (current <= newest) return;
  throw new EspalierError('STORE_NEWER', `${path} has schema ${current}; this Espalier knows ${newest}`, { at: { file: path } });
}

/** Where nothing can be written, nothing can be brought up to date. */
function refuseOlder(database: SqliteDatabase.Database, path: string): void {
  const newest = listMigrations().at(-1)?.version ?? 0;
  const current = versionOf(database);
  if (current === newest) return;
  const message = `${path} has schema ${current}, this Espalier reads ${newest}, and the file cannot be written`;
  throw new EspalierError('STORE_OUTDATED', message, { at: { file: path } });
}

function migrate(database: SqliteDatabase.Database): void {
  // Migrations that fill columns ask for these. Migration 006 knows the first under an earlier name.
  for (const name of ['same_text_hash', 'twin_hash'])
    database.function(name, { deterministic: true }, (text) => sameTextHash(String(text)));
  database.function('is_label_set', { deterministic: true }, (label) => Number(isLabelSet(String(label))));
  database.function('example_seal', { deterministic: true, varargs: true }, (...fields) => checksum(JSON.stringify(fields)));
  for (const { version, file } of listMigrations()) {
    if (version <= versionOf(database)) continue;
    database
      .transaction(() => {
        // Another process may have done it while this one waited for the lock.
        if (version <= versionOf(database)) return;
        database.exec(readFileSync(file, 'utf8'));
        database.pragma(`application_id = ${applicationId}`);
        database.pragma(`user_version = ${version}`);
      })
      .immediate();
  }
}

function versionOf(database: SqliteDatabase.Database): number {
  return database.pragma('user_version', { simple: true }) as number;
}

function listMigrations(): { version: number; file: string }[] {
  if (!existsSync(migrationsFolder)) throw new Error(`the migrations are missing: ${migrationsFolder}`);
  return readdirSync(migrationsFolder)
    .filter((name) => /^\d{3}-.*\.sql$/.test(name))
    .sort()
    .map((name) => ({ version: Number(name.slice(0, 3)), file: join(migrationsFolder, name) }));
}
