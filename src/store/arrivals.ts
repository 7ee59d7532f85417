/**
 * The table `arrivals`: examples of an adapter are numbered 1, 2, 3 and so on in the order in which their intakes were
 * committed. Whatever means "arrived up to" or "arrived after" names such a number, and never an id.
 */
import type { Queries, Transaction } from './store.js';

/** Number of the adapter's last example; 0 where it never had one. */
export async function lastArrival(queries: Queries, adapter: string): Promise<number> {
  const row = await queries.selectFrom('arrivals').select('last').where('adapter', '=', adapter).executeTakeFirst();
  return row?.last ?? 0;
}

/**
 * The same, for an intake that numbers examples from there: the adapter's row is its own until the transaction ends,
 * also in a database that lets several write at once. Rejected rows take no number, and an intake that is undone gives
 * its numbers back.
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
