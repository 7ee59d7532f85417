/** The table `strata`: the number of examples of each label in each domain, and how many of them are held out. */
import type { Queries, Transaction } from './store.js';

const sliceSize = 1000;

export interface Stratum {
  readonly label: string;
  readonly domain: string;
  /** Number of examples ever received, in both splits. */
  readonly received: number;
  /** Number of held-out examples among them. */
  readonly held: number;
}

export async function listStrata(queries: Queries, adapter: string, task: string): Promise<Stratum[]> {
  return queries
    .selectFrom('strata')
    .select(['label', 'domain', 'received', 'held'])
    .where('adapter', '=', adapter)
    .where('task', '=', task)
    .orderBy('domain')
    .orderBy('label')
    .execute();
}

export async function saveStrata(
  transaction: Transaction,
  adapter: string,
  task: string,
  strata: readonly Stratum[],
): Promise<void> {
  for (let start = 0; start < strata.length; start += sliceSize) {
    await transaction
      .insertInto('strata')
      .values(strata.slice(start, start + sliceSize).map((stratum) => ({ ...stratum, adapter, task })))
      .onConflict((conflict) =>
        conflict
          .columns(['adapter', 'task', 'label', 'domain'])
          .doUpdateSet((row) => ({ received: row.ref('excluded.received'), held: row.ref('excluded.held') })),
      )
      .execute();
  }
}
