/** Counts of everything stored, and of everything offered to the buffer, by one property of the examples. */
import { type RawBuilder, sql } from 'kysely';
import type { MembershipState } from './buffer.js';
import type { Queries } from './store.js';

export const countedBy = ['task', 'label', 'domain', 'source'] as const;
export type CountedBy = (typeof countedBy)[number];

export interface CountRequest {
  readonly adapter: string;
  /** Undefined: of all tasks. */
  readonly task: string | undefined;
}

export interface StoredCount {
  readonly task: string;
  /** The label, domain or source; the task itself by task; the number of the span by age. */
  readonly name: string;
  readonly train: number;
  readonly holdout: number;
}

export interface OfferedCount {
  readonly task: string;
  readonly name: string;
  readonly state: MembershipState;
  readonly examples: number;
  /** Size of the texts in UTF-8 bytes. */
  readonly bytes: number;
}

const countOf = (split: string) => sql`coalesce(sum(examples) filter (where split = ${split}), 0)`;
const ofTask = ({ task }: CountRequest) => (task === undefined ? sql`` : sql`and examples.task = ${task}`);

/**
 * Cost: one scan of the index `examples_by_cell`. Counting each cell first keeps the order of the index, and only the
 * few cells are sorted.
 */
export async function countStored(queries: Queries, request: CountRequest, by: CountedBy): Promise<StoredCount[]> {
  const { rows } = await sql<StoredCount>`
    select task, ${sql.ref(by)} as name, ${countOf('train')} as train, ${countOf('holdout')} as holdout
    from (
      select task, label, domain, source, split, count(*) as examples
      from examples where adapter = ${request.adapter} ${ofTask(request)}
      group by adapter, task, label, domain, source, split
    ) as cells
    group by task, ${sql.ref(by)} order by task, ${sql.ref(by)}`.execute(queries);
  return rows;
}

/** Cost: one scan of `buffer_cells`, counted in its order first. */
export async function countOffered(queries: Queries, request: CountRequest, by: CountedBy): Promise<OfferedCount[]> {
  const { rows } = await sql<OfferedCount>`
    select task, ${sql.ref(by)} as name, state, sum(examples) as examples, sum(bytes) as bytes
    from (
      select task, label, domain, source, state, sum(examples) as examples, sum(bytes) as bytes
      from buffer_cells as examples where adapter = ${request.adapter} ${ofTask(request)}
      group by adapter, task, label, domain, source, state
    ) as cells
    where examples > 0 group by task, ${sql.ref(by)}, state`.execute(queries);
  return rows;
}

/** A sum for each span of days, in the order in which an index has the rows: nothing is sorted by day. */
function sumsOfSpans(spans: Spans, day: RawBuilder<string>, value: RawBuilder<number>) {
  const within = (span: number) => {
    const from = spans.days[span] === undefined ? sql`1 = 1` : sql`${day} >= ${spans.days[span]}`;
    return span === 0 ? from : sql`${from} and ${day} < ${spans.days[span - 1]}`;
  };
  const sumOf = (name: string, span: number) =>
    sql`sum(case when ${within(span)} then ${value} else 0 end) as ${sql.raw(name)}`;
  return sql.join(namesOf(spans).map(sumOf));
}

interface Spans {
  /** The first day of each span, the latest span first; everything earlier is in a span after the last. */
  readonly days: readonly string[];
  /** First letter of the names of the sums: examples, or bytes. */
  readonly of: 'e' | 'b';
}

const namesOf = ({ days, of }: Spans) => [...days, ''].map((_, span) => `${of}${span}`);
const sums = (spans: Spans) => sql.join(namesOf(spans).map((name) => sql`sum(${sql.raw(name)}) as ${sql.raw(name)}`));

type SpanSums = Readonly<Record<`${Spans['of']}${number}`, number>> & { readonly task: string };

/**
 * Cost: one scan of the index `examples_by_cell`.
 * @param days the first day of each span, the latest span first; everything earlier is in a span after the last. The
 * name of a count is the number of its span.
 */
export async function countStoredByAge(
  queries: Queries,
  request: CountRequest,
  days: readonly string[],
): Promise<StoredCount[]> {
  const examples = { days, of: 'e' } as const;
  const day = sql<string>`substr(examples.received_at, 1, 10)`;
  const { rows } = await sql<SpanSums & { split: 'train' | 'holdout' }>`
    select task, split, ${sums(examples)} from (
      select task, split, ${sumsOfSpans(examples, day, sql`1`)}
      from examples where adapter = ${request.adapter} ${ofTask(request)}
      group by adapter, task, label, domain, source, split
    ) as cells
    group by task, split`.execute(queries);
  return rows.flatMap(({ task, split, ...counts }) =>
    filled(days, counts).map(({ name, examples: sum }) => ({ task, name, train: 0, holdout: 0, [split]: sum })),
  );
}

/** The same of everything offered. Cost: one scan of `buffer_cells`. */
export async function countOfferedByAge(
  queries: Queries,
  request: CountRequest,
  days: readonly string[],
): Promise<OfferedCount[]> {
  const [examples, bytes] = [{ days, of: 'e' } as const, { days, of: 'b' } as const];
  const day = sql<string>`day`;
  const { rows } = await sql<SpanSums & { state: MembershipState }>`
    select task, state, ${sums(examples)}, ${sums(bytes)} from (
      select task, state, ${sumsOfSpans(examples, day, sql`examples`)}, ${sumsOfSpans(bytes, day, sql`bytes`)}
      from buffer_cells where adapter = ${request.adapter} ${request.task === undefined ? sql`` : sql`and task = ${request.task}`}
      group by adapter, task, label, domain, source, state
    ) as cells
    group by task, state`.execute(queries);
  return rows.flatMap(({ task, state, ...counts }) => filled(days, counts).map((span) => ({ task, state, ...span })));
}

/** The spans that have an example. */
function filled(days: readonly string[], counts: Omit<SpanSums, 'task'>) {
  return [...days, '']
    .map((_, span) => ({ name: String(span), examples: counts[`e${span}`] ?? 0, bytes: counts[`b${span}`] ?? 0 }))
    .filter(({ examples }) => examples > 0);
}
