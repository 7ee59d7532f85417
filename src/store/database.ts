/**
 * Opens the store: one SQLite file in WAL mode, brought up to date by numbered SQL files.
 * A database written by a newer Espalier, or by something else, is refused unchanged.
 */
import { closeSync, existsSync, openSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import SqliteDatabase from 'better-sqlite3';
import { checksum } from '../core/checksum.js';
import { EspalierError } from '../core/errors.js';
import { privateFile, privateFolder } from '../core/files.js';
import { isLabelSet } from '../core/label-sets.js';
import { requireRecentNode } from '../core/recent-node.js';
import { sameTextHash } from '../core/text.js';
import { type AuditContent, auditHash } from './audit-chain.js';
import { identify } from './file-identity.js';
import { openForReading } from './read-only.js';
import { storeError } from './store-error.js';
import { busyMilliseconds, queriesOf, quickTries, type Store, untilFree } from './transaction.js';

export { storeError } from './store-error.js';
export { type Queries, type Store, type Transaction, transact, transactOnConnection } from './transaction.js';

/** "ESPL": tells our files from other SQLite files. */
const applicationId = 0x4553504c;
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
  const queries = queriesOf(database);
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
    const refusesWriting =
      thrown instanceof EspalierError && ['DISK_READ_ONLY', 'FILE_UNREADABLE', 'DISK_FULL'].includes(thrown.code);
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
  const queries = queriesOf(database);
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

/** SQLite does not wait by itself here: where several processes make the file at once, the switch may fail at once. */
function enterWalMode(database: SqliteDatabase.Database): Promise<void> {
  return untilFree(() => database.pragma('journal_mode = WAL'), quickTries);
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
  throw new EspalierError('STORE_NEWER', `${path} has schema ${current}; this Espalier knows ${newest}`, {
    at: { file: path },
  });
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
  database.function('example_seal', { deterministic: true, varargs: true }, (...fields) =>
    checksum(JSON.stringify(fields)),
  );
  database.function('audit_hash', { deterministic: true, varargs: true }, (...columns) =>
    hashOfColumns(columns as (string | null)[]),
  );
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

/** In the order of the columns of migration 010. */
function hashOfColumns([previous, at, actor, via, act, adapter, subject, detail]: readonly (string | null)[]): string {
  return auditHash({ previous, at, actor, via, act, adapter, subject, detail } as AuditContent);
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
