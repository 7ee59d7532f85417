/**
 * Handles of the store. `Queries` asks; a `Transaction` is one more thing: what must happen all or nothing takes that
 * type, so that it does not compile outside of `transact`. A query past an open transaction would wait for ever, since
 * there is one connection, and is refused.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate as letEventsThrough, setTimeout } from 'node:timers/promises';
import type SqliteDatabase from 'better-sqlite3';
import { Kysely, type KyselyPlugin, SqliteDialect, sql } from 'kysely';
import { EspalierError, systemCodeOf } from '../core/errors.js';
import { type FileIdentity, requireInPlace } from './file-identity.js';
import type { Schema } from './schema.js';
import { storeError } from './store-error.js';

export type Queries = Kysely<Schema>;

declare const isOpen: unique symbol;

/** Queries within an open transaction. Only `transact` and `transactOnConnection` give one. */
export type Transaction = Queries & { readonly [isOpen]: true };

export interface Store {
  readonly path: string;
  readonly queries: Queries;
  /** The connection under `queries`; only `transactOnConnection` writes through it. */
  readonly database: SqliteDatabase.Database;
  /** The file that was opened; transactions check that `path` still leads to it. Absent where nothing is written. */
  readonly identity?: FileIdentity;
  close(): Promise<void>;
}

export const busyMilliseconds = 10_000;
/** For the lock of a transaction, in all. */
const patienceMilliseconds = 60_000;
const retryMilliseconds = 20;

/** Work in a transaction, and everything that it calls and awaits, runs in the context of this. */
interface OpenTransaction {
  readonly database: SqliteDatabase.Database;
  hasEnded: boolean;
}

const openTransactions = new AsyncLocalStorage<OpenTransaction>();

/** Refuses queries from within a transaction that are not asked through it. */
export function queriesOf(database: SqliteDatabase.Database): Queries {
  const guard: KyselyPlugin = {
    transformQuery({ node }) {
      refuseWithin(database);
      return node;
    },
    // SQLite answers at once: without a turn of the event loop a thousand queries in a row would hold everything up.
    async transformResult({ result }) {
      await letEventsThrough();
      return result;
    },
  };
  return new Kysely<Schema>({ dialect: new SqliteDialect({ database }), plugins: [guard] });
}

/** @throws PAST_TRANSACTION */
function refuseWithin(database: SqliteDatabase.Database): void {
  const open = openTransactions.getStore();
  if (open?.database !== database || open.hasEnded) return;
  throw new EspalierError('PAST_TRANSACTION', `a query was asked past the open transaction of ${database.name}`);
}

/** Holds the connection for `work`, which gets the only handle that may ask meanwhile. */
function holdConnection<T>({ queries, database }: Store, work: (transaction: Transaction) => Promise<T>): Promise<T> {
  refuseWithin(database);
  return queries.connection().execute(async (connection) => {
    const open = { database, hasEnded: false };
    try {
      return await openTransactions.run(open, () => work(connection.withoutPlugins() as Transaction));
    } finally {
      open.hasEnded = true;
    }
  });
}

/**
 * Runs `work` in one BEGIN IMMEDIATE transaction: a deferred one that reads first fails under concurrency in spite of
 * the busy timeout.
 * @throws STORE_BUSY, STORE_GONE, DISK_FULL, DISK_FAILED, DISK_READ_ONLY, STORE_CORRUPT, PAST_TRANSACTION
 */
export async function transact<T>(store: Store, work: (transaction: Transaction) => Promise<T>): Promise<T> {
  return holdConnection(store, async (transaction) => {
    try {
      await patiently(() => sql`begin immediate`.execute(transaction));
      const result = await work(transaction);
      requireInPlace(store);
      await sql`commit`.execute(transaction);
      return result;
    } catch (thrown) {
      // SQLite has already rolled back after some errors (a full disk); the first error is the one to tell.
      await sql`rollback`.execute(transaction).catch(() => undefined);
      throw storeError(thrown, store.path);
    }
  });
}

/** An intake of two million rows holds the database for about a minute, and nobody should fail meanwhile. */
const patiently = (begin: () => unknown) => untilFree(begin, patienceMilliseconds / busyMilliseconds);

/** Enough tries for one that fails at once. */
export const quickTries = busyMilliseconds / retryMilliseconds + 1;

/** Tries so many times, as long as another process holds the database. */
export async function untilFree(work: () => unknown, times: number): Promise<void> {
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
 * The same for millions of rows, with statements of better-sqlite3 that are prepared once. The connection belongs to
 * `work` until it ends, so that it may also await its input and an event; other processes can read meanwhile, and wait
 * to write.
 * @throws STORE_BUSY, DISK_FULL, DISK_READ_ONLY, STORE_CORRUPT, PAST_TRANSACTION
 */
export async function transactOnConnection<T>(
  store: Store,
  work: (database: SqliteDatabase.Database, transaction: Transaction) => Promise<T>,
): Promise<T> {
  return holdConnection(store, async (transaction) => {
    const { database } = store;
    const usualCache = database.pragma('cache_size', { simple: true }) as number;
    database.pragma(`cache_size = -${cacheKilobytes}`);
    try {
      await patiently(() => database.exec('BEGIN IMMEDIATE'));
      const result = await work(database, transaction);
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
