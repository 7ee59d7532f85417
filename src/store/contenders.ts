/** The table `contenders`: the result of each strategy that trained for an update. */
import type { ErrorCode } from '../core/errors.js';
import { changedRow, readJson } from './sealed-row.js';
import type { Queries, Transaction } from './store.js';

export interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string;
}

export interface Contender {
  readonly strategy: string;
  /** Duration of training alone; null if it failed. */
  readonly seconds: number | null;
  /** Size of the state that its version stores to continue training from. */
  readonly bytesKept: number | null;
  readonly error: Failure | null;
  /** Null until it is judged. */
  readonly report: unknown;
  /** Whether it is the contender that is proposed. */
  readonly chosen: boolean;
}

/** Replaces what the run stored before. */
export async function saveContenders(
  transaction: Transaction,
  runId: number,
  contenders: readonly Omit<Contender, 'report' | 'chosen'>[],
): Promise<void> {
  await transaction.deleteFrom('contenders').where('run_id', '=', runId).execute();
  const rows = contenders.map(({ strategy, seconds, bytesKept, error }, place) => ({
    run_id: runId,
    strategy,
    place,
    seconds,
    bytes_kept: bytesKept,
    error: error && JSON.stringify(error),
    report: null,
    chosen: 0 as const,
  }));
  await transaction.insertInto('contenders').values(rows).execute();
}

/** @throws STORE_CORRUPT if a trained contender has no row any more */
export async function saveReports(
  transaction: Transaction,
  runId: number,
  reports: readonly { readonly strategy: string; readonly report: unknown }[],
  chosen: string,
): Promise<void> {
  for (const { strategy, report } of reports) {
    const { numUpdatedRows } = await transaction
      .updateTable('contenders')
      .set({ report: JSON.stringify(report), chosen: strategy === chosen ? 1 : 0 })
      .where('run_id', '=', runId)
      .where('strategy', '=', strategy)
      .executeTakeFirst();
    if (numUpdatedRows === 0n) throw changedRow(`the contender ${strategy} of run ${runId}`);
  }
}

/** Contenders in the order of the plan. */
export async function listContenders(queries: Queries, runId: number): Promise<Contender[]> {
  const rows = await queries
    .selectFrom('contenders')
    .selectAll()
    .where('run_id', '=', runId)
    .orderBy('place')
    .execute();
  return rows.map(({ strategy, seconds, bytes_kept, error, report, chosen }) => ({
    strategy,
    seconds,
    bytesKept: bytes_kept,
    error: error === null ? null : (readJson(error, `the contender ${strategy} of run ${runId}`) as Failure),
    report: report === null ? null : readJson(report, `the contender ${strategy} of run ${runId}`),
    chosen: chosen === 1,
  }));
}
