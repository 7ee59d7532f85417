/** The table `examples`: every accepted example, without duplicates. */
import { sql } from 'kysely';
import { EspalierError } from '../core/errors.js';
import { appendAll } from '../core/sequences.js';
import { textHash } from '../core/text.js';
import { type Example, type Provenance, type Split, sealOf } from './example.js';
import { readJson } from './sealed-row.js';
import type { Queries, Store, Transaction } from './store.js';

export { type Example, type NewExample, type Provenance, type Split, sealOf } from './example.js';

const columns = [
  ...(['id', 'arrival', 'task', 'text', 'hash', 'label', 'domain'] as const),
  ...(['source', 'received_at', 'split', 'provenance', 'seal'] as const),
];

const sliceSize = 1000;

/** Example id -> text, for those of `ids` that still exist. */
export async function readExampleTexts(queries: Queries, ids: readonly number[]): Promise<ReadonlyMap<number, string>> {
  const texts = new Map<number, string>();
  for (let start = 0; start < ids.length; start += mostParameters) {
    const rows = await queries
      .selectFrom('examples')
      .select(['id', 'text'])
      .where('id', 'in', ids.slice(start, start + mostParameters))
      .execute();
    for (const { id, text } of rows) texts.set(id, text);
  }
  return texts;
}

/** SQLite allows 32,766 parameters in one statement, PostgreSQL twice as many. */
const mostParameters = 30_000;

/** The answer of one example of a task, the same at each call; undefined if the task has no example. */
export async function findSampleAnswer(queries: Queries, adapter: string, task: string): Promise<string | undefined> {
  const answers = queries
    .selectFrom('examples')
    .select('label')
    .where('adapter', '=', adapter)
    .where('task', '=', task);
  return (await answers.orderBy('split').orderBy('arrival').limit(1).executeTakeFirst())?.label;
}

/** All distinct answers of a task: labels, or label sets. */
export async function listAnswers(queries: Queries, adapter: string, task: string): Promise<string[]> {
  const answers = queries
    .selectFrom('examples')
    .select('label')
    .where('adapter', '=', adapter)
    .where('task', '=', task);
  return (await answers.distinct().orderBy('label').execute()).map(({ label }) => label);
}

export interface ExampleRange {
  readonly adapter: string;
  /** Names of tasks. */
  readonly tasks: readonly string[];
  readonly split: Split;
  /** Exclusive arrival number; 0 means from the first. */
  readonly afterArrival: number;
  /** Inclusive arrival number. */
  readonly throughArrival: number;
  /** Maximum number of examples, the first ones; all by default. */
  readonly most?: number;
}

/** Lists examples in order of arrival. @throws STORE_CORRUPT where one differs from what was taken in */
export async function listExamples(store: Store, range: ExampleRange): Promise<Example[]> {
  const examples: Example[] = [];
  // Each task is read by its own index, in order of arrival.
  for (const task of range.tasks) appendAll(examples, await listOfTask(store, range, task));
  return examples.sort(byArrival).slice(0, range.most);
}

async function listOfTask(store: Store, range: ExampleRange, task: string): Promise<Example[]> {
  const rows = await store.queries
    .selectFrom('examples')
    .select(columns)
    .where('adapter', '=', range.adapter)
    .where('task', '=', task)
    .where('split', '=', range.split)
    .where('arrival', '>', range.afterArrival)
    .where('arrival', '<=', range.throughArrival)
    .orderBy('arrival')
    .$if(range.most !== undefined, (query) => query.limit(range.most!))
    .execute();
  return rows.map((row) => soundExample(row, store.location));
}

/** Compares by arrival, for examples of one adapter. */
export const byArrival = (a: Pick<Example, 'arrival'>, b: Pick<Example, 'arrival'>) => a.arrival - b.arrival;

/** Training texts of all adapters. */
export async function listTrainingTexts(queries: Queries): Promise<{ adapter: string; text: string }[]> {
  return queries
    .selectFrom('examples')
    .select(['adapter', 'text'])
    .where('split', '=', 'train')
    .orderBy('id')
    .execute();
}

/**
 * Held-out texts of other adapters, which this one was not made for. An adapter that shares a text with this one may be
 * for the same task, so its texts are excluded. The order of their hashes serves as a random order.
 */
export async function listForeignTexts(queries: Queries, adapter: string, count: number): Promise<string[]> {
  const shared = queries
    .selectFrom('examples as theirs')
    .innerJoin('examples as ours', 'ours.hash', 'theirs.hash')
    .select('theirs.adapter')
    .where('ours.adapter', '=', adapter)
    .where('theirs.adapter', '!=', adapter)
    .distinct();
  const rows = await queries
    .selectFrom('examples')
    .select('text')
    .where('split', '=', 'holdout')
    .where('adapter', '!=', adapter)
    .where('adapter', 'not in', shared)
    .orderBy('hash')
    .limit(count)
    .execute();
  return rows.map(({ text }) => text);
}

/**
 * Lists examples in order of arrival: those of one adapter, which all numbers are of, or those of them that are.
 * @throws STORE_CORRUPT where one differs from what was taken in
 */
export async function listExamplesById(store: Store, ids: readonly number[], adapter?: string): Promise<Example[]> {
  const examples: Example[] = [];
  for (let start = 0; start < ids.length; start += sliceSize) {
    const slice = ids.slice(start, start + sliceSize);
    let query = store.queries.selectFrom('examples').select(columns).where('id', 'in', slice);
    if (adapter !== undefined) query = query.where('adapter', '=', adapter);
    for (const row of await query.execute()) examples.push(soundExample(row, store.location));
  }
  return examples.sort(byArrival);
}

/** Writes the labels of examples that are there already. */
export async function saveLabels(transaction: Transaction, examples: readonly Example[]): Promise<void> {
  for (let start = 0; start < examples.length; start += sliceSize) {
    const rows = examples.slice(start, start + sliceSize).map((example) => {
      const { id, label } = example;
      return sql`(cast(${id} as bigint), cast(${label} as text), cast(${sealOf(example)} as bigint))`;
    });
    await sql`update examples set label = v.column2, seal = v.column3
      from (values ${sql.join(rows)}) as v where examples.id = v.column1`.execute(transaction);
  }
}

/** Number of examples that arrived after a number, by split. */
export async function countExamplesAfter(
  queries: Queries,
  adapter: string,
  arrival: number,
): Promise<Readonly<Record<Split, number>>> {
  const countOf = (split: Split) => sql<number>`coalesce(sum(case when split = ${split} then 1 else 0 end), 0)`;
  return queries
    .selectFrom('examples')
    .select([countOf('train').as('train'), countOf('holdout').as('holdout')])
    .where('adapter', '=', adapter)
    .where('arrival', '>', arrival)
    .executeTakeFirstOrThrow();
}

export async function findExample(queries: Queries, adapter: string, id: number): Promise<Example | undefined> {
  const row = await queries
    .selectFrom('examples')
    .select(columns)
    .where('adapter', '=', adapter)
    .where('id', '=', id)
    .executeTakeFirst();
  return row && exampleOf(row);
}

/** Number of the first example with a text that counts as the same (sameTextHash). */
export async function findExampleByText(
  queries: Queries,
  { adapter, task, twin }: { readonly adapter: string; readonly task: string; readonly twin: string },
): Promise<number | undefined> {
  const row = await queries
    .selectFrom('examples')
    .select('id')
    .where('adapter', '=', adapter)
    .where('task', '=', task)
    .where('twin', '=', twin)
    .orderBy('id')
    .limit(1)
    .executeTakeFirst();
  return row?.id;
}

interface ExampleRow extends Omit<Example, 'receivedAt' | 'provenance'> {
  readonly received_at: string;
  readonly provenance: string;
  readonly seal?: number;
}

export function exampleOf({ received_at, provenance, seal: _, ...rest }: ExampleRow): Example {
  return { ...rest, receivedAt: received_at, provenance: readJson(provenance, `example ${rest.id}`) as Provenance };
}

/** Ids of the adapter's examples that were changed outside of Espalier. Cost: every row is read once. */
export async function listChangedExamples(queries: Queries, adapter: string): Promise<number[]> {
  const changed: number[] = [];
  for (let after = 0; ; ) {
    const rows = await queries
      .selectFrom('examples')
      .select(columns)
      .where('adapter', '=', adapter)
      .where('id', '>', after)
      .orderBy('id')
      .limit(sliceSize)
      .execute();
    for (const row of rows) if (!isSound(row)) changed.push(row.id);
    if (rows.length < sliceSize) return changed;
    after = rows.at(-1)!.id;
  }
}

const isSound = (row: ExampleRow) => row.seal === sealOf(row) && row.hash === textHash(row.text);

/** Checks a row for training and evaluation, which must not use a row that a disk or a person has changed. */
function soundExample(row: ExampleRow, path: string): Example {
  if (isSound(row)) return exampleOf(row);
  throw changedExample(row.id, path);
}

export function changedExample(id: number, path?: string): EspalierError {
  return new EspalierError(
    'STORE_CORRUPT',
    `example ${id} is not what was taken in: it was changed outside of Espalier`,
    {
      ...(path !== undefined && { at: { file: path } }),
      hint: 'Restore the database from a backup. Nothing is trained or evaluated on a changed example.',
    },
  );
}
