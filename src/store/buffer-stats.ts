/** Counts of everything stored, and of everything offered to the buffer, by one property of the examples. */
import { sql } from 'kysely';
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

/** Cost: one scan of the cells of the buffer. */
export async function countOffered(queries: Queries, request: CountRequest, by: CountedBy): Promise<OfferedCount[]> {
  return queries
    .selectFrom('buffer_cells')
    .select(['task', sql.ref<string>(by).as('name'), 'state'])
    .select(({ fn }) => [fn.sum<number>('examples').as('examples'), fn.sum<number>('bytes').as('bytes')])
    .where('adapter', '=', request.adapter)
    .where('examples', '>', 0)
    .$if(request.task !== undefined, (query) => query.where('task', '=', request.task!))
    .groupBy(['task', sql.ref(by), 'state'])
    .execute();
}

/**
 * The number of the span that the day of receipt lies in: 0 from the first day on, 1 from the second on, and so on.
 * @param days the first day of each span, the latest span first; everything earlier is in the span after the last
 */
function spanOf(days: readonly string[]) {
  const day = sql`substr(examples.received_at, 1, 10)`;
  const branches = days.map((first, span) => sql`when ${day} >= ${first} then ${sql.lit(String(span))}`);
  return sql<string>`case ${sql.join(branches, sql` `)} else ${sql.lit(String(days.length))} end`;
}

/** Cost: one scan of the index `examples_by_cell`. */
export async function countStoredByAge(
  queries: Queries,
  request: CountRequest,
  days: readonly string[],
): Promise<StoredCount[]> {
  const { rows } = await sql<StoredCount>`
    select task, name, ${countOf('train')} as train, ${countOf('holdout')} as holdout
    from (
      select task, ${spanOf(days)} as name, split, count(*) as examples
      from examples where adapter = ${request.adapter} ${ofTask(request)} group by task, name, split
    ) as spans
    group by task, name order by task, name`.execute(queries);
  return rows;
}

/** Cost: one look-up for each example that was ever offered. */
export async function countOfferedByAge(
  queries: Queries,
  request: CountRequest,
  days: readonly string[],
): Promise<OfferedCount[]> {
  const { rows } = await sql<OfferedCount>`
    select task, name, state, count(*) as examples, sum(bytes) as bytes
    from (
      select examples.task as task, ${spanOf(days)} as name, state, octet_length(text) as bytes
      from buffer inner join examples on examples.id = buffer.example_id
      where buffer.adapter = ${request.adapter} ${ofTask(request)}
    ) as offered
    group by task, name, state`.execute(queries);
  return rows;
}
