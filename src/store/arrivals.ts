/**
 * The table `arrivals`: the examples of an adapter are numbered 1, 2, 3 and so on in the order in which their intakes
 * were committed. "Arrived up to" and "arrived after" always refer to such a number, never to an id.
 */
import type { Queries, Transaction } from './store.js';

/** Arrival number of the adapter's last example; 0 if it never had one. */
export async function lastArrival(queries: Queries, adapter: string): Promise<number> {
  const row = await queries.selectFrom('arrivals').select('last').where('adapter', '=', adapter).executeTakeFirst();
  return row?.last ?? 0;
}

/**
 * The same for an intake, which numbers its examples from there: it locks the adapter's row until the transaction ends,
 * also in a database with several concurrent writers. Rejected rows get no number, and an intake that is rolled back
 * returns its numbers.
 */
export async function holdArrivals(transaction: Transaction, adapter: string): Promise<number> {
  const { last } = await transaction
    .insertInto('arrivals')
    .values({ adapter, last: 0 })
    .onConflict((conflict) => conflict.column('adapter').doUpdateSet((row) => ({ last: row.ref('arrivals.last') })))
    .returning('last')
    .executeTakeFirstOrThrow();
  return last;
}

export async function saveLastArrival(transaction: Transaction, adapter: string, last: number): Promise<void> {
  await transaction.updateTable('arrivals').set({ last }).where('adapter', '=', adapter).execute();
}
