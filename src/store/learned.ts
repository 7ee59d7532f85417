/**
 * The tables `learned` and `left_out`: the examples each version has learned. For each of its tasks these are all
 * training examples up to an arrival number, except those left out. The rows are written in the transaction that
 * proposes the version, and never change.
 */
import { sql } from 'kysely';
import { byArrival, type Example, listExamples, listExamplesById } from './examples.js';
import { changedRow, sealValues } from './sealed-row.js';
import type { Queries, Store, Transaction } from './store.js';

/**
 * `leaked`: the text occurs in an eval suite. `unreadable`: the encoder cannot turn it into a vector. `quarantined`: a
 * person has set it apart.
 */
export type LeftOutReason = 'leaked' | 'unreadable' | 'quarantined';

export interface LearnedRecord {
  /** Task -> arrival number of the last example that the version was shown. */
  readonly through: ReadonlyMap<string, number>;
  /** Id of a training example up to that number that it has not learned -> reason. */
  readonly leftOut: ReadonlyMap<number, LeftOutReason>;
  /** Number of the last revision that was made of examples before the version was trained; see revisions.ts. */
  readonly throughRevision: number;
}

/** `version` null: nothing has been learned yet. */
export interface VersionAsked {
  readonly adapter: string;
  readonly version: number | null;
}

export interface UnlearnedRange extends VersionAsked {
  /** Names of tasks. */
  readonly tasks: readonly string[];
  /** Inclusive arrival number. */
  readonly throughArrival: number;
}

const sliceSize = 1000;

export async function saveLearned(
  transaction: Transaction,
  version: { adapter: string; version: number },
  record: LearnedRecord,
): Promise<void> {
  const seal = sealOf(version, record);
  const shared = { ...version, through_revision: record.throughRevision, seal };
  const through = [...record.through].map(([task, example]) => ({ ...shared, task, through_example: example }));
  if (through.length > 0) await transaction.insertInto('learned').values(through).execute();
  const leftOut = [...record.leftOut].map(([example, reason]) => ({ ...version, example_id: example, reason }));
  for (let start = 0; start < leftOut.length; start += sliceSize) {
    await transaction
      .insertInto('left_out')
      .values(leftOut.slice(start, start + sliceSize))
      .execute();
  }
}

/**
 * Left-out examples are not sealed, since each may be removed together with its text. Without revisions the seal is that
 * of an earlier Espalier, which had none.
 */
function sealOf(
  { adapter, version }: { adapter: string; version: number },
  { through, throughRevision }: Omit<LearnedRecord, 'leftOut'>,
): number {
  const shown = [...through].sort(([a], [b]) => (a < b ? -1 : 1)).flat();
  return sealValues([adapter, version, ...shown, ...(throughRevision > 0 ? ['revision', throughRevision] : [])]);
}

/** @throws STORE_CORRUPT where a version has no record, or one that differs from what was written */
export async function readLearned(queries: Queries, { adapter, version }: VersionAsked): Promise<LearnedRecord> {
  if (version === null) return { through: new Map(), leftOut: new Map(), throughRevision: 0 };
  const leftOut = await queries
    .selectFrom('left_out')
    .select(['example_id', 'reason'])
    .where('adapter', '=', adapter)
    .where('version', '=', version)
    .execute();
  return {
    ...(await readThrough(queries, { adapter, version })),
    leftOut: new Map(leftOut.map((row) => [row.example_id, row.reason])),
  };
}

/** How far a version was shown examples. @throws STORE_CORRUPT as readLearned */
async function readThrough(
  queries: Queries,
  { adapter, version }: { adapter: string; version: number },
): Promise<Omit<LearnedRecord, 'leftOut'>> {
  const rows = await queries
    .selectFrom('learned')
    .select(['task', 'through_example', 'through_revision', 'seal'])
    .where('adapter', '=', adapter)
    .where('version', '=', version)
    .execute();
  const through = new Map(rows.map((row) => [row.task, row.through_example]));
  const throughRevision = rows[0]?.through_revision ?? 0;
  const seal = sealOf({ adapter, version }, { through, throughRevision });
  if (rows.length === 0 || rows.some((row) => row.seal !== null && row.seal !== seal))
    throw changedRow(`what version ${version} of ${adapter} has learned`);
  return { through, throughRevision };
}

/** A version that was shown an example. */
export interface ShownExample {
  readonly version: number;
  readonly throughRevision: number;
  /** Null: it has learned the example. */
  readonly leftOut: LeftOutReason | null;
}

/** Versions with a record of what they have learned, in ascending order. */
export async function listRecordedVersions(queries: Queries, adapter: string): Promise<number[]> {
  const rows = await queries
    .selectFrom('learned')
    .select('version')
    .distinct()
    .where('adapter', '=', adapter)
    .orderBy('version')
    .execute();
  return rows.map(({ version }) => version);
}

/** The versions that were shown an example, in ascending order; none of a held-out one. @throws STORE_CORRUPT */
export async function listShown(
  queries: Queries,
  adapter: string,
  { id, arrival, task, split }: Pick<Example, 'id' | 'arrival' | 'task' | 'split'>,
): Promise<ShownExample[]> {
  if (split === 'holdout') return [];
  const rows = await queries
    .selectFrom('left_out')
    .select(['version', 'reason'])
    .where('example_id', '=', id)
    .execute();
  const leftOut = new Map(rows.map(({ version, reason }) => [version, reason]));
  const shown: ShownExample[] = [];
  for (const version of await listRecordedVersions(queries, adapter)) {
    const { through, throughRevision } = await readThrough(queries, { adapter, version });
    if (arrival <= (through.get(task) ?? 0))
      shown.push({ version, throughRevision, leftOut: leftOut.get(version) ?? null });
  }
  return shown;
}

export function hasLearned(
  { through, leftOut }: LearnedRecord,
  { id, arrival, task, split }: Pick<Example, 'id' | 'arrival' | 'task' | 'split'>,
): boolean {
  return split === 'train' && arrival <= (through.get(task) ?? 0) && !leftOut.has(id);
}

/** Training examples of some tasks that the version has not learned, in order of arrival. */
export async function listUnlearned(store: Store, range: UnlearnedRange): Promise<Example[]> {
  const { adapter, tasks, throughArrival } = range;
  const { through, leftOut } = await readLearned(store.queries, range);
  const examples: Example[] = [];
  for (const task of tasks) {
    const later = {
      adapter,
      tasks: [task],
      split: 'train',
      afterArrival: through.get(task) ?? 0,
      throughArrival,
    } as const;
    for (const example of await listExamples(store, later)) examples.push(example);
  }
  for (const example of await listExamplesById(store, [...leftOut.keys()])) {
    if (tasks.includes(example.task) && example.arrival <= Math.min(throughArrival, through.get(example.task) ?? 0))
      examples.push(example);
  }
  return examples.sort(byArrival);
}

export interface UnlearnedCount extends Omit<UnlearnedRange, 'throughArrival'> {
  /** Only examples that arrived after this number are counted; all by default. */
  readonly afterArrival?: number;
}

/**
 * Number of training examples of some tasks that arrived since the version was made. Left-out examples are not counted:
 * usually the next update leaves them out again.
 */
export async function countUnlearned(
  queries: Queries,
  { adapter, version, tasks, afterArrival = 0 }: UnlearnedCount,
): Promise<number> {
  const { through } = await readLearned(queries, { adapter, version });
  let count = 0;
  for (const task of tasks) {
    const row = await queries
      .selectFrom('examples')
      .select(sql<number>`count(*)`.as('count'))
      .where('adapter', '=', adapter)
      .where('task', '=', task)
      .where('split', '=', 'train')
      .where('arrival', '>', Math.max(through.get(task) ?? 0, afterArrival))
      .executeTakeFirstOrThrow();
    count += row.count;
  }
  return count;
}
