/** The table `buffer`: who may be replayed, who may not any more, and why. */
import { sql } from 'kysely';
import { changedExample, type Example, listExamplesById, sealOf } from './examples.js';
import { changedRow, isSealed, sealValues } from './sealed-row.js';
import type { Queries, Store, Transaction } from './store.js';

export type MembershipState = 'member' | 'evicted' | 'declined';

export interface Membership {
  readonly exampleId: number;
  readonly state: MembershipState;
  readonly policy: string;
  /** The policy's own number; the reservoir keeps the smallest. */
  readonly score: number;
  readonly reason: string;
  readonly since: string;
}

const sliceSize = 1000;
/** Rows that are read at once where all are read: few enough to be held, many enough that asking costs little. */
const rowsPerPage = 10_000;

export async function findMembership(
  queries: Queries,
  adapter: string,
  exampleId: number,
): Promise<Membership | undefined> {
  const row = await queries
    .selectFrom('buffer')
    .select(['example_id', 'state', 'policy', 'score', 'reason', 'since'])
    .where('adapter', '=', adapter)
    .where('example_id', '=', exampleId)
    .executeTakeFirst();
  return row && membershipOf(row);
}

/** What became of some examples, of those that were ever offered. */
export async function listMemberships(
  queries: Queries,
  adapter: string,
  ids: readonly number[],
): Promise<Membership[]> {
  const memberships: Membership[] = [];
  for (let start = 0; start < ids.length; start += sliceSize) {
    const rows = await queries
      .selectFrom('buffer')
      .select(['example_id', 'state', 'policy', 'score', 'reason', 'since'])
      .where('adapter', '=', adapter)
      .where('example_id', 'in', ids.slice(start, start + sliceSize))
      .execute();
    for (const row of rows) memberships.push(membershipOf(row));
  }
  return memberships;
}

/** An example that was offered to the buffer, without its text. */
export interface Offered {
  readonly id: number;
  readonly task: string;
  readonly label: string;
  readonly domain: string;
  readonly source: string;
  readonly receivedAt: string;
  readonly hash: string;
  /** Size of the text in UTF-8 bytes. */
  readonly bytes: number;
  readonly state: MembershipState;
}

/**
 * Every example that was ever offered to an adapter's buffer, in order of its id.
 * @throws STORE_CORRUPT where one, or what was decided of it, was changed
 */
export async function listOffered(queries: Queries, adapter: string): Promise<Offered[]> {
  const rows = await queries
    .selectFrom('buffer')
    .innerJoin('examples', 'examples.id', 'buffer.example_id')
    .select(['id', 'task', 'label', 'domain', 'source', 'received_at as receivedAt', 'hash', 'split'])
    .select('examples.seal as exampleSeal')
    .select(['state', 'policy', 'score', 'buffer.seal as seal', sql<number>`octet_length(text)`.as('bytes')])
    .where('buffer.adapter', '=', adapter)
    .orderBy('buffer.example_id')
    .execute();
  return rows.map(({ exampleSeal, seal, split, policy, score, ...offered }) => {
    if (exampleSeal !== sealOf({ ...offered, split })) throw changedExample(offered.id);
    requireSoundMembership({ exampleId: offered.id, state: offered.state, policy, score }, seal);
    return offered;
  });
}

/**
 * Members in order of their example's id, as they may be trained on.
 * @throws STORE_CORRUPT where one, or what was decided of it, was changed
 */
export async function listMembers(store: Store, adapter: string): Promise<Example[]> {
  const members: number[] = [];
  for (let after = 0; ; ) {
    const rows = await store.queries
      .selectFrom('buffer')
      .select(['example_id as exampleId', 'state', 'policy', 'score', 'seal'])
      .where('adapter', '=', adapter)
      .where('example_id', '>', after)
      .orderBy('example_id')
      .limit(rowsPerPage)
      .execute();
    for (const { seal, ...membership } of rows) {
      // Of those that are no members, too: a member must not be lost by a change.
      requireSoundMembership(membership, seal);
      if (membership.state === 'member') members.push(membership.exampleId);
    }
    if (rows.length < rowsPerPage) return listExamplesById(store, members);
    after = rows.at(-1)!.exampleId;
  }
}

type Decided = Pick<Membership, 'exampleId' | 'state' | 'policy' | 'score'>;

/** The reason and the time are for people, and are not sealed. */
const sealedValues = ({ exampleId, state, policy, score }: Decided) => [exampleId, state, policy, score];

function requireSoundMembership(decided: Decided, seal: number | null): void {
  if (!isSealed(seal, sealedValues(decided))) throw changedRow(`what the buffer says of example ${decided.exampleId}`);
}

export async function saveMemberships(
  transaction: Transaction,
  adapter: string,
  memberships: readonly Membership[],
): Promise<void> {
  for (let start = 0; start < memberships.length; start += sliceSize) {
    const rows = memberships.slice(start, start + sliceSize).map((membership) => {
      const { exampleId, ...rest } = membership;
      return { ...rest, adapter, example_id: exampleId, seal: sealValues(sealedValues(membership)) };
    });
    await transaction
      .insertInto('buffer')
      .values(rows)
      .onConflict((conflict) =>
        conflict.columns(['adapter', 'example_id']).doUpdateSet((row) => ({
          state: row.ref('excluded.state'),
          policy: row.ref('excluded.policy'),
          score: row.ref('excluded.score'),
          reason: row.ref('excluded.reason'),
          since: row.ref('excluded.since'),
          seal: row.ref('excluded.seal'),
        })),
      )
      .execute();
  }
}

/**
 * Changes when what was decided of any example changes: for a check that the buffer is as it was. Cost: one scan of the
 * adapter's rows.
 */
export async function readBufferMark(queries: Queries, adapter: string): Promise<string> {
  const { rows, seals } = await queries
    .selectFrom('buffer')
    .select([sql<number>`count(*)`.as('rows'), sql<string>`cast(coalesce(sum(seal), 0) as text)`.as('seals')])
    .where('adapter', '=', adapter)
    .executeTakeFirstOrThrow();
  return `${rows} ${seals}`;
}

export interface BufferCell {
  readonly task: string;
  readonly label: string;
  readonly domain: string;
  readonly members: number;
  readonly bytes: number;
  readonly evicted: number;
  readonly declined: number;
}

/** One row a cell (task and label x domain), by task, domain and label; of all tasks, or of one. */
export async function summariseBuffer({ queries }: Store, adapter: string, task?: string): Promise<BufferCell[]> {
  const sumOf = (column: 'examples' | 'bytes', state: MembershipState) =>
    sql<number>`coalesce(sum(${sql.ref(column)}) filter (where state = ${state}), 0)`;
  const query = queries
    .selectFrom('buffer_cells')
    .select(['task', 'label', 'domain'])
    .select([
      sumOf('examples', 'member').as('members'),
      sumOf('examples', 'evicted').as('evicted'),
      sumOf('examples', 'declined').as('declined'),
      sumOf('bytes', 'member').as('bytes'),
    ])
    .where('adapter', '=', adapter)
    .where('examples', '>', 0)
    .groupBy(['task', 'label', 'domain'])
    .orderBy('task')
    .orderBy('domain')
    .orderBy('label');
  return (task === undefined ? query : query.where('task', '=', task)).execute();
}

function membershipOf({ example_id, ...rest }: Omit<Membership, 'exampleId'> & { example_id: number }): Membership {
  return { ...rest, exampleId: example_id };
}
