/** The table `drift_checks`: how the texts of a batch compare with what a version had learned. */
import { readJson } from './sealed-row.js';
import type { Queries, Transaction } from './store.js';

/** Batch of a version. */
export interface CheckedBatch {
  readonly adapter: string;
  readonly version: number;
  readonly task: string;
  readonly batch: string;
}

export interface KeptDriftCheck extends CheckedBatch {
  /** Empty in the row for all texts of the batch. */
  readonly domain: string;
  readonly firstArrival: number | null;
  readonly lastArrival: number | null;
  readonly texts: number;
  /** Whether the row decides if the batch has drifted. */
  readonly decides: boolean;
  readonly p: number | null;
  readonly effect: number | null;
  readonly inputP: number | null;
  readonly scoreP: number | null;
  readonly novelShare: number | null;
  readonly novelP: number | null;
  /** Everything that was measured. */
  readonly detail: unknown;
  readonly at: string;
}

/** Replaces the rows of the batch for its version. */
export async function saveDriftChecks(
  transaction: Transaction,
  { adapter, version, task, batch }: CheckedBatch,
  checks: readonly KeptDriftCheck[],
): Promise<void> {
  await transaction
    .deleteFrom('drift_checks')
    .where('adapter', '=', adapter)
    .where('version', '=', version)
    .where('task', '=', task)
    .where('batch', '=', batch)
    .execute();
  const rows = checks.map((check) => ({
    ...{ adapter, version, task, batch, domain: check.domain, texts: check.texts, p: check.p, effect: check.effect },
    ...{ first_arrival: check.firstArrival, last_arrival: check.lastArrival, input_p: check.inputP, at: check.at },
    ...{ score_p: check.scoreP, novel_share: check.novelShare, novel_p: check.novelP },
    decides: check.decides ? (1 as const) : (0 as const),
    detail: JSON.stringify(check.detail),
  }));
  if (rows.length > 0) await transaction.insertInto('drift_checks').values(rows).execute();
}

/** The checks of a version, batch by batch in their order; the row for all texts of a batch comes first. */
export async function listDriftChecks(
  queries: Queries,
  { adapter, version }: Pick<CheckedBatch, 'adapter' | 'version'>,
): Promise<KeptDriftCheck[]> {
  const rows = await queries
    .selectFrom('drift_checks')
    .selectAll()
    .where('adapter', '=', adapter)
    .where('version', '=', version)
    .orderBy('task')
    .orderBy('first_arrival')
    .orderBy('batch')
    .orderBy('domain')
    .execute();
  return rows.map((row) => ({
    ...{ adapter, version, task: row.task, batch: row.batch, domain: row.domain, texts: row.texts, at: row.at },
    ...{ firstArrival: row.first_arrival, lastArrival: row.last_arrival, p: row.p, effect: row.effect },
    ...{ inputP: row.input_p, scoreP: row.score_p, novelShare: row.novel_share, novelP: row.novel_p },
    decides: row.decides === 1,
    detail: readJson(row.detail, `the drift check of ${row.batch}`),
  }));
}
