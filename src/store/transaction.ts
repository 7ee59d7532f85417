/**
 * Transactions. A writing transaction excludes all other writers, in either database: the rows it has read do not
 * change until it ends. A query that bypasses an open transaction is refused: on the same connection it would wait for
 * ever, and on another it would see the state before the transaction.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { type Dialect, Kysely, type KyselyPlugin, sql } from 'kysely';
import { EspalierError } from '../core/errors.js';
import type { Schema } from './schema.js';
import type { Place, Queries, Store, Transaction } from './store.js';

/** The context of an open transaction, for its work and everything that this calls and awaits. */
interface OpenTransaction {
  readonly place: Place;
  hasEnded: boolean;
}

const openTransactions = new AsyncLocalStorage<OpenTransaction>();

/** Returns queries that are refused within a transaction unless they go through it. */
export function queriesOf(dialect: Dialect, place: Place, plugins: readonly KyselyPlugin[] = []): Queries {
  const guard: KyselyPlugin = {
    transformQuery({ node }) {
      refuseWithin(place);
      return node;
    },
    transformResult: async ({ result }) => result,
  };
  return new Kysely<Schema>({ dialect, plugins: [guard, ...plugins] });
}

/** @throws PAST_TRANSACTION */
function refuseWithin(place: Place): void {
  const open = openTransactions.getStore();
  if (open?.place !== place || open.hasEnded) return;
  throw new EspalierError('PAST_TRANSACTION', `a query was asked past the open transaction of ${place.location}`);
}

/** Reserves a connection for `work`, which gets the only handle that may query meanwhile. */
function holdConnection<T>({ queries, engine }: Store, work: (transaction: Transaction) => Promise<T>): Promise<T> {
  const { place } = engine;
  refuseWithin(place);
  return queries.connection().execute(async (connection) => {
    const open = { place, hasEnded: false };
    try {
      return await openTransactions.run(open, () => work(connection.withoutPlugins() as Transaction));
    } finally {
      open.hasEnded = true;
    }
  });
}

/**
 * Runs `work` all or nothing. It may also await its input and an event; meanwhile others can read, and wait to write.
 * @throws STORE_BUSY, STORE_GONE, STORE_UNREACHABLE, DISK_FULL, DISK_FAILED, DISK_READ_ONLY, STORE_CORRUPT,
 * PAST_TRANSACTION
 * @example await transact(store, async (transaction) => recordAct(transaction, act));
 */
export async function transact<T>(store: Store, work: (transaction: Transaction) => Promise<T>): Promise<T> {
  const { engine } = store;
  try {
    return await holdConnection(store, async (transaction) => {
      try {
        await engine.begin(transaction);
        const result = await work(transaction);
        await engine.beforeCommit(transaction);
        engine.requireInPlace();
        await sql`commit`.execute(transaction);
        return result;
      } catch (thrown) {
        // Some errors (a full disk, a lost connection) have already rolled back; the first error is the one to report.
        await sql`rollback`.execute(transaction).catch(() => undefined);
        throw thrown;
      }
    });
  } catch (thrown) {
    throw engine.errorOf(thrown);
  }
}

/**
 * Runs `work` on a snapshot of the database, while others write.
 * @throws as transact
 */
export async function readAtOneMoment<T>(store: Store, work: (queries: Queries) => Promise<T>): Promise<T> {
  const { engine } = store;
  try {
    return await holdConnection(store, async (transaction) => {
      await engine.beginReading(transaction);
      try {
        return await work(transaction);
      } finally {
        await sql`rollback`.execute(transaction).catch(() => undefined);
      }
    });
  } catch (thrown) {
    throw engine.errorOf(thrown);
  }
}
