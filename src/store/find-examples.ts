/** Reads the examples that a filter selects, in order of arrival, unchecked: page by page, as ids, or as a count. */
import { type RawBuilder, sql } from 'kysely';
import { EspalierError } from '../core/errors.js';
import type { Membership } from './buffer.js';
import { type ExampleFilter, type FilterSource, selectExamples, startsFromBuffer } from './example-filter.js';
import { type Example, exampleOf, findExample } from './examples.js';
import type { ExampleSelection, Queries } from './store.js';

/** An example with its place in the buffer; null: it was never offered. */
export interface FoundExample extends Example {
  readonly membership: Membership | null;
}

/** Where a page ends and the next one begins. */
export type Cursor = Pick<Example, 'id' | 'arrival'>;

export interface Page {
  readonly after?: Cursor | undefined;
  /** All by default. */
  readonly limit?: number | undefined;
}

const sliceSize = 1000;

export async function listMatching(
  source: FilterSource,
  adapter: string,
  filter: ExampleFilter = {},
  page: Page = {},
): Promise<FoundExample[]> {
  const rows = await selectColumns(pageOf(source, adapter, filter, page)).execute();
  return rows.map(foundOf);
}

export async function countMatching(source: FilterSource, adapter: string, filter: ExampleFilter): Promise<number> {
  const query = selectExamples(source, adapter, filter).select(({ fn }) => fn.countAll<number>().as('examples'));
  return (await query.executeTakeFirstOrThrow()).examples;
}

/** Yields the examples slice by slice, so that memory does not grow with their number. */
export async function* readMatching(
  source: FilterSource,
  adapter: string,
  filter: ExampleFilter = {},
): AsyncGenerator<FoundExample> {
  for (let after: Cursor | undefined; ; ) {
    const found = await listMatching(source, adapter, filter, { after, limit: sliceSize });
    yield* found;
    if (found.length < sliceSize) return;
    after = found.at(-1)!;
  }
}

/** Yields the ids in slices of at most a thousand. */
export async function* readMatchingIds(
  source: FilterSource,
  adapter: string,
  filter: ExampleFilter,
): AsyncGenerator<readonly number[]> {
  for (let after: Cursor | undefined; ; ) {
    const page = pageOf(source, adapter, filter, { after, limit: sliceSize });
    const rows = await page.select(['examples.id as id', 'examples.arrival as arrival']).execute();
    if (rows.length > 0) yield rows.map(({ id }) => id);
    if (rows.length < sliceSize) return;
    after = rows.at(-1)!;
  }
}

/** @throws EXAMPLE_NOT_FOUND */
export async function cursorAt({ queries }: FilterSource, adapter: string, id: number): Promise<Cursor> {
  const example = await findExample(queries, adapter, id);
  if (example) return example;
  throw new EspalierError('EXAMPLE_NOT_FOUND', `${adapter} has no example ${id} to continue after`);
}

function pageOf(
  source: FilterSource,
  adapter: string,
  filter: ExampleFilter,
  { after, limit }: Page,
): ExampleSelection {
  const { column, by } = orderOf(source, filter);
  let query = selectExamples(source, adapter, filter).orderBy(column);
  if (after) query = query.where(sql<boolean>`${column} > ${after[by]}`);
  return limit === undefined ? query : query.limit(limit);
}

/** Ids and arrivals are in the same order; each start of a query has an index in one of them. */
function orderOf(
  { engine }: FilterSource,
  filter: ExampleFilter,
): { readonly column: RawBuilder<number>; readonly by: keyof Cursor } {
  if (filter.search !== undefined) return { column: engine.matchId, by: 'id' };
  if (startsFromBuffer(filter)) return { column: sql.ref('buffer.example_id'), by: 'id' };
  return { column: sql.ref('examples.arrival'), by: 'arrival' };
}

function selectColumns(query: ExampleSelection) {
  return query
    .select(['examples.id', 'examples.arrival', 'examples.task', 'examples.text', 'examples.hash', 'examples.label'])
    .select(['examples.domain', 'examples.source', 'examples.received_at', 'examples.split', 'examples.provenance'])
    .select(['buffer.state', 'buffer.policy', 'buffer.score', 'buffer.reason', 'buffer.since']);
}

type JoinedRow = Awaited<ReturnType<ReturnType<typeof selectColumns>['execute']>>[number];

function foundOf({ state, policy, score, reason, since, ...example }: JoinedRow): FoundExample {
  // The join leaves these null where the buffer has no row.
  const membership =
    (state as unknown) === null ? null : { exampleId: example.id, state, policy, score, reason, since };
  return { ...exampleOf(example), membership };
}

/** Number of texts of all adapters. */
export async function countTexts(queries: Queries): Promise<number> {
  const query = queries.selectFrom('examples').select(({ fn }) => fn.countAll<number>().as('texts'));
  return (await query.executeTakeFirstOrThrow()).texts;
}
