/** The unfinished run of an adapter, and its owner. */

import { readJson } from './sealed-row.js';
import type { Queries } from './store.js';

export interface UnfinishedRun {
  readonly id: number;
  readonly status: 'running' | 'done' | 'failed';
  readonly stage: string;
  readonly trigger: string;
  /** Fixed when the run began. */
  readonly plan: unknown;
  readonly owner: string;
  readonly leaseUntil: string;
}

export async function findUnfinishedRun(queries: Queries, adapter: string): Promise<UnfinishedRun | undefined> {
  const row = await queries
    .selectFrom('runs')
    .select(['id', 'status', 'stage', 'trigger', 'plan', 'lease_owner as owner', 'lease_until as leaseUntil'])
    .where('adapter', '=', adapter)
    .where('status', '=', 'running')
    .executeTakeFirst();
  return row && { ...row, plan: readJson(row.plan, `run ${row.id} of ${adapter}`) };
}
