/** The table `examples`: all that ever arrived, once each. */
import { sql } from 'kysely';
import { EspalierError } from '../core/errors.js';
import { appendAll } from '../core/sequences.js';
import { textHash } from '../core/text.js';
import { type Example, type Provenance, type Split, sealOf } from './example.js';
import { readJson } from './sealed-row.js';
import type { Queries, Store } from './store.js';

export { type Example, type NewExample, type Provenance, type Split, sealOf } from './example.js';

const columns = [
  ...(['id', 'arrival', 'task', 'text', 'hash', 'label', 'domain'] as const),
  ...(['source', 'received_at', 'split', 'provenance', 'seal'] as const),
];

const sliceSize = 1000;

/** Example -> text, of those among `ids` that are still there. */
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

/** SQLite takes 32,766 in one statement, and PostgreSQL twice as many. */
const mostParameters = 30_000;

/** The answer of one example of a task, always of the same; undefined where it has none. */
export async function findSampleAnswer(queries: Queries, adapter: string, task: string): Promise<string | undefined> {
  const answers = queries
    .selectFrom('examples')
    .select('label')
    .where('adapter', '=', adapter)
    .where('task', '=', task);
  return (await answers.orderBy('split').orderBy('arrival').limit(1).executeTakeFirst())?.label;
}

/** Every answer of a task, once: labels, or sets of labels. */
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
  /** Names. */
  readonly tasks: readonly string[];
  readonly split: Split;
  /** Exclusive arrival number; 0 means from the first. */
  readonly afterArrival: number;
  /** Inclusive. */
  readonly throughArrival: number;
  /** At most so many, the first ones; absent: all. */
  readonly most?: number;
}

/** In order of arrival. @throws STORE_CORRUPT where one is not what was taken in */
export async function listExamples(store: Store, range: ExampleRange): Promise<Example[]> {
  const examples: Example[] = [];
  // Task by task, each from its index in the order of arrival.
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

/** For examples of one adapter. */
export const byArrival = (a: Pick<Example, 'arrival'>, b: Pick<Example, 'arrival'>) => a.arrival - b.arrival;

export interface ExampleFilter {
  readonly adapter: string;
  readonly task: string | undefined;
  readonly split: Split | undefined;
  readonly domain: string | undefined;
}

/** In order of arrival, as they stand, slice by slice: memory does not grow with their number. */
export async function* readExamples(
  store: Store,
  { adapter, task, split, domain }: ExampleFilter,
): AsyncIterable<Example> {
  for (let after = 0; ; ) {
    let query = store.queries
      .selectFrom('examples')
      .select(columns)
      .where('adapter', '=', adapter)
      .where('arrival', '>', after);
    if (task !== undefined) query = query.where('task', '=', task);
    if (split !== undefined) query = query.where('split', '=', split);
    if (domain !== undefined) query = query.where('domain', '=', domain);
    const rows = await query.orderBy('arrival').limit(sliceSize).execute();
    for (const row of rows) yield exampleOf(row);
    if (rows.length < sliceSize) return;
    after = rows.at(-1)!.arrival;
  }
}

/** Of every adapter: what it may train on. */
export async function listTrainingTexts(queries: Queries): Promise<{ adapter: string; text: string }[]> {
  return queries
    .selectFrom('examples')
    .select(['adapter', 'text'])
    .where('split', '=', 'train')
    .orderBy('id')
    .execute();
}

/**
 * Held-out texts of other adapters, which this one was not made for. An adapter that shares a text with this one may
 * answer the same questions, and gives none. In the order of their hashes, which is as good as drawn.
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

/** In order of arrival, of one adapter. @throws STORE_CORRUPT where one is not what was taken in */
export async function listExamplesById(store: Store, ids: readonly number[]): Promise<Example[]> {
  const examples: Example[] = [];
  for (let start = 0; start < ids.length; start += sliceSize) {
    const slice = ids.slice(start, start + sliceSize);
    const rows = await store.queries.selectFrom('examples').select(columns).where('id', 'in', slice).execute();
    for (const row of rows) examples.push(soundExample(row, store.location));
  }
  return examples.sort(byArrival);
}

/** How many arrived after a number, by split. */
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

interface ExampleRow extends Omit<Example, 'receivedAt' | 'provenance'> {
  readonly received_at: string;
  readonly provenance: string;
  readonly seal?: number;
}

export function exampleOf({ received_at, provenance, seal: _, ...rest }: ExampleRow): Example {
  return { ...rest, receivedAt: received_at, provenance: readJson(provenance, `example ${rest.id}`) as Provenance };
}

/** Ids of the adapter's examples that are not what was taken in. Cost: every row is read once. */
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

/** For training and evaluation: neither rests on a row that a disk or a hand has changed. */
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
