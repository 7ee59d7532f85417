/** The table `domain_accuracies`: a candidate's accuracy on the held-out examples of each domain. */
import type { Queries, Transaction } from './store.js';

export interface DomainAccuracy {
  readonly version: number;
  readonly task: string;
  readonly domain: string;
  readonly cases: number;
  readonly accuracy: number;
}

export async function saveDomainAccuracies(
  transaction: Transaction,
  adapter: string,
  rows: readonly DomainAccuracy[],
): Promise<void> {
  if (rows.length === 0) return;
  await transaction
    .insertInto('domain_accuracies')
    .values(rows.map((row) => ({ ...row, adapter })))
    .execute();
}

export async function listDomainAccuracies(queries: Queries, adapter: string): Promise<DomainAccuracy[]> {
  return queries
    .selectFrom('domain_accuracies')
    .select(['version', 'task', 'domain', 'cases', 'accuracy'])
    .where('adapter', '=', adapter)
    .orderBy('version')
    .orderBy('task')
    .orderBy('domain')
    .execute();
}
