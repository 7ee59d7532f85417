/**
 * A filter over the examples of an adapter, joined with their place in the replay buffer. Lists, exports, counts and
 * changes of many examples select by it; find-examples.ts reads what it selects.
 */
import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { MembershipState } from './buffer.js';
import { type CuratedField, curatedFields, isCurated, likePattern } from './curated-filter.js';
import type { SearchTerm } from './search-terms.js';
import type { Engine, ExampleSelection, Queries } from './store.js';

/** A store, or a transaction with its engine. */
export interface FilterSource {
  readonly queries: Queries;
  readonly engine: Engine;
}

export const filterFields = [
  ...(['id', 'task', 'label', 'domain', 'source', 'split', 'state'] as const),
  ...(['received', 'text', 'file'] as const),
  ...curatedFields,
] as const;
export type FilterField = (typeof filterFields)[number];

/** `~`: contains, whatever the case of Latin letters. */
export const comparisons = ['=', '!=', '<', '<=', '>', '>=', '~'] as const;
export type Comparison = (typeof comparisons)[number];

export interface Condition {
  readonly field: FilterField;
  readonly is: Comparison;
  /**
   * For `state` one of `member`, `evicted`, `declined` and `never`; for `received` an ISO 8601 time in UTC, or a date,
   * which stands for the whole day; for `label` the label or one of the set; for the fields of curation see
   * curated-filter.ts.
   */
  readonly value: string | number;
}

export interface ExampleFilter {
  /** All must hold, but of several equalities of one field one is enough. */
  readonly conditions?: readonly Condition[];
  readonly search?: readonly SearchTerm[] | undefined;
  readonly ids?: readonly number[] | undefined;
}

/** An example that was never offered to the buffer has the state `never`. */
export type BufferState = MembershipState | 'never';

/** Everything that was ever offered to the buffer. */
export const wasOffered: Condition = { field: 'state', is: '!=', value: 'never' };

/** Whether the filter selects every example of the adapter. */
export const selectsAll = ({ conditions = [], search, ids }: ExampleFilter): boolean =>
  conditions.length === 0 && search === undefined && ids === undefined;

/** Examples and their rows of the buffer, whose columns are null where there is none. */
export function selectExamples(source: FilterSource, adapter: string, filter: ExampleFilter): ExampleSelection {
  const { conditions = [], search, ids } = filter;
  let query = startsFromBuffer(filter) ? offered(source, adapter) : stored(source, adapter);
  for (const condition of combined(source, adapter, conditions)) query = query.where(condition);
  if (ids !== undefined) query = query.where(isAmong(ids));
  return search === undefined ? query : source.engine.withMatches(query, search);
}

/** Whether every selected example has a row in the buffer; their order is then that of its index. */
export function startsFromBuffer({ conditions = [] }: ExampleFilter): boolean {
  const states = conditions.filter(({ field, is }) => field === 'state' && is === '=');
  const excludesNever = conditions.some(
    ({ field, is, value }) => field === 'state' && is === '!=' && value === 'never',
  );
  return excludesNever || (states.length > 0 && states.every(({ value }) => value !== 'never'));
}

function offered({ queries }: FilterSource, adapter: string): ExampleSelection {
  return queries
    .selectFrom('buffer')
    .innerJoin('examples', 'examples.id', 'buffer.example_id')
    .where('buffer.adapter', '=', adapter) as ExampleSelection;
}

function stored({ queries }: FilterSource, adapter: string): ExampleSelection {
  return queries
    .selectFrom('examples')
    .leftJoin('buffer', (join) =>
      join.onRef('buffer.adapter', '=', 'examples.adapter').onRef('buffer.example_id', '=', 'examples.id'),
    )
    .where('examples.adapter', '=', adapter) as unknown as ExampleSelection;
}

type Test = RawBuilder<SqlBool>;

function combined(source: FilterSource, adapter: string, conditions: readonly Condition[]): Test[] {
  const tests: Test[] = [];
  const equalities = new Map<FilterField, Test[]>();
  for (const condition of conditions) {
    const test = testOf(source, adapter, condition);
    if (condition.is === '=') equalities.set(condition.field, [...(equalities.get(condition.field) ?? []), test]);
    else tests.push(test);
  }
  for (const any of equalities.values()) tests.push(any.length === 1 ? any[0]! : sql`(${sql.join(any, sql` or `)})`);
  return tests;
}

function testOf({ engine }: FilterSource, adapter: string, { field, is, value }: Condition): Test {
  if (isCuratedField(field)) return isCurated(adapter, { field, is, value });
  if (field === 'label' && is === '=') return hasLabel(engine, adapter, String(value));
  if (field === 'label' && is === '!=') return sql`not ${hasLabel(engine, adapter, String(value))}`;
  const column = field === 'file' ? engine.provenanceFile : columnOf(field, value);
  if (is === '~') return contains(column, String(value));
  return sql`${column} ${sql.raw(is)} ${value}`;
}

const isCuratedField = (field: FilterField): field is CuratedField =>
  (curatedFields as readonly FilterField[]).includes(field);

/** The first ten characters of a time are its day. */
const day = sql<string>`substr(examples.received_at, 1, 10)`;

function columnOf(field: Exclude<FilterField, 'file' | CuratedField>, value: Condition['value']): RawBuilder<unknown> {
  if (field === 'received') return String(value).length === 10 ? day : sql.ref('examples.received_at');
  // The index of the buffer serves the plain column alone.
  if (field === 'state') return value === 'never' ? sql`coalesce(buffer.state, 'never')` : sql.ref('buffer.state');
  return sql.ref(`examples.${field}`);
}

/** The sets of a multi-label task stand there as JSON arrays (label-sets.ts). */
export function hasLabel(engine: Engine, adapter: string, label: string): Test {
  const hasSets = sql`exists (select 1 from answer_forms
    where adapter = ${adapter} and task = examples.task and multi_label = 1)`;
  return sql`(examples.label = ${label} or case when ${hasSets} then ${engine.isInSet(label)} else false end)`;
}

function contains(column: RawBuilder<unknown>, part: string): Test {
  return sql`lower(${column}) like lower(${likePattern(part)}) escape '\\'`;
}

/** As numbers in the statement: a database takes only some ten thousand parameters. */
function isAmong(ids: readonly number[]): Test {
  return ids.length === 0 ? sql`1 = 0` : sql`examples.id in (${sql.join(ids.map((id) => sql.lit(id)))})`;
}
