/**
 * The intakes of an adapter, as the audit has them: one intake is one batch of examples. Examples of an intake have
 * consecutive arrival numbers, so the last number of the adapter and the sizes of its intakes give the range of each.
 */
import { lastArrival } from './arrivals.js';
import { readJson } from './sealed-row.js';
import type { Queries } from './store.js';

export interface StoredIntake {
  /** Counted from 1 in the order of the audit. */
  readonly number: number;
  readonly at: string;
  readonly task: string;
  readonly files: readonly string[];
  /** Inclusive arrival numbers. */
  readonly first: number;
  readonly last: number;
}

/**
 * Oldest first. Arrival numbers of a database from before they were counted may have gaps: the ranges of its earliest
 * intakes are then shifted.
 */
export async function listIntakes(queries: Queries, adapter: string): Promise<StoredIntake[]> {
  const rows = await queries
    .selectFrom('audit')
    .select(['id', 'at', 'subject', 'detail'])
    .where('adapter', '=', adapter)
    .where('act', '=', 'ingested')
    .orderBy('id')
    .execute();
  let last = await lastArrival(queries, adapter);
  const intakes: StoredIntake[] = [];
  for (const [index, { id, at, subject, detail }] of [...rows.entries()].reverse()) {
    const count = Number.parseInt(subject, 10);
    const { task = '', files = [] } = readJson(detail, `the audit's row ${id}`) as Partial<StoredIntake>;
    intakes.push({ number: index + 1, at, task, files, first: last - count + 1, last });
    last -= count;
  }
  return intakes.reverse();
}
