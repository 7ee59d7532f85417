/**
 * The tables `near_marks` and `near_links`: how far the examples of a task have bands, and which examples are linked to
 * an earlier one that they resemble. The bands themselves are written by the engine's `BandIndex`.
 */
import type { Split } from './example.js';
import type { Queries, Transaction } from './store.js';

/** Arrival number through which the task's examples have bands; 0 if none has. */
export async function readNearMark(queries: Queries, adapter: string, task: string): Promise<number> {
  const row = await queries
    .selectFrom('near_marks')
    .select('through_arrival')
    .where('adapter', '=', adapter)
    .where('task', '=', task)
    .executeTakeFirst();
  return row?.through_arrival ?? 0;
}

export async function saveNearMark(
  transaction: Transaction,
  { adapter, task, through }: { readonly adapter: string; readonly task: string; readonly through: number },
): Promise<void> {
  await transaction
    .insertInto('near_marks')
    .values({ adapter, task, through_arrival: through })
    .onConflict((conflict) =>
      conflict
        .columns(['adapter', 'task'])
        .doUpdateSet((row) => ({ through_arrival: row.ref('excluded.through_arrival') })),
    )
    .execute();
}

/** What a near-duplicate is compared by. */
export interface ComparedExample {
  readonly id: number;
  readonly arrival: number;
  readonly text: string;
  readonly label: string;
  readonly split: Split;
}

const comparedColumns = ['id', 'arrival', 'text', 'label', 'split'] as const;

interface TaskOf {
  readonly adapter: string;
  readonly task: string;
}

/** SQLite allows 32,766 parameters in one statement, PostgreSQL twice as many. */
const mostParameters = 30_000;

/** Those of `ids` that are examples of the task, in no particular order. */
export async function readCompared(
  queries: Queries,
  { adapter, task }: TaskOf,
  ids: readonly number[],
): Promise<ComparedExample[]> {
  const found: ComparedExample[][] = [];
  for (let start = 0; start < ids.length; start += mostParameters)
    found.push(
      await queries
        .selectFrom('examples')
        .select(comparedColumns)
        .where('id', 'in', ids.slice(start, start + mostParameters))
        .where('adapter', '=', adapter)
        .where('task', '=', task)
        .execute(),
    );
  return found.flat();
}

const sliceSize = 1000;

/** Yields slices of the task's examples that arrived after a number, in order of arrival. */
export async function* readComparedSlices(
  queries: Queries,
  { adapter, task }: TaskOf,
  afterArrival = 0,
): AsyncGenerator<ComparedExample[]> {
  for (let after = afterArrival; ; ) {
    const rows = await queries
      .selectFrom('examples')
      .select(comparedColumns)
      .where('adapter', '=', adapter)
      .where('task', '=', task)
      .where('arrival', '>', after)
      .orderBy('arrival')
      .limit(sliceSize)
      .execute();
    if (rows.length > 0) yield rows;
    if (rows.length < sliceSize) return;
    after = rows.at(-1)!.arrival;
  }
}

/** Number of the task's examples that arrived after a number. */
export async function countCompared(queries: Queries, { adapter, task }: TaskOf, afterArrival = 0): Promise<number> {
  const { count } = await queries
    .selectFrom('examples')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('adapter', '=', adapter)
    .where('task', '=', task)
    .where('arrival', '>', afterArrival)
    .executeTakeFirstOrThrow();
  return count;
}

/** Arrival number -> id, of an adapter's examples that arrived after a number. */
export async function readIdsByArrival(
  queries: Queries,
  adapter: string,
  afterArrival: number,
): Promise<ReadonlyMap<number, number>> {
  const rows = await queries
    .selectFrom('examples')
    .select(['arrival', 'id'])
    .where('adapter', '=', adapter)
    .where('arrival', '>', afterArrival)
    .execute();
  return new Map(rows.map(({ arrival, id }) => [arrival, id]));
}

export interface NearLink {
  readonly exampleId: number;
  /** The earlier example. */
  readonly nearId: number;
  /** Jaccard similarity of their shingles, from 0 to 1. */
  readonly similarity: number;
}

export async function saveNearLinks(transaction: Transaction, links: readonly NearLink[]): Promise<void> {
  if (links.length === 0) return;
  const rows = links.map(({ exampleId, nearId, similarity }) => ({
    example_id: exampleId,
    near_id: nearId,
    similarity,
  }));
  await transaction.insertInto('near_links').values(rows).execute();
}

/** Those of `ids` that were linked at intake, by id. */
export async function readNearLinks(queries: Queries, ids: readonly number[]): Promise<ReadonlyMap<number, NearLink>> {
  const links = new Map<number, NearLink>();
  for (let start = 0; start < ids.length; start += mostParameters) {
    const rows = await queries
      .selectFrom('near_links')
      .select(['example_id', 'near_id', 'similarity'])
      .where('example_id', 'in', ids.slice(start, start + mostParameters))
      .execute();
    for (const { example_id, near_id, similarity } of rows)
      links.set(example_id, { exampleId: example_id, nearId: near_id, similarity });
  }
  return links;
}
