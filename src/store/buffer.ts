/** The table `buffer`: who may be replayed, who may not any more, and why. */
import { sql } from 'kysely';
import { changedExample, type Example, exampleOf, listExamplesById, sealOf } from './examples.js';
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

export interface BufferedExample extends Example {
  readonly membership: Membership;
}

export interface BufferFilter {
  readonly state?: MembershipState | undefined;
  readonly task?: string | undefined;
  /** The label, or one of the set. */
  readonly label?: string | undefined;
  readonly domain?: string | undefined;
  readonly contains?: string | undefined;
  readonly limit?: number | undefined;
}

const sliceSize = 1000;

/** Members in order of their example's id. */
export async function listBuffer(store: Store, adapter: string, filter: BufferFilter = {}): Promise<BufferedExample[]> {
  let query = selectJoined(store.queries).where('buffer.adapter', '=', adapter).orderBy('buffer.example_id');
  if (filter.state) query = query.where('state', '=', filter.state);
  if (filter.task !== undefined) query = query.where('task', '=', filter.task);
  if (filter.label !== undefined) query = query.where(hasLabel(store, adapter, filter.label));
  if (filter.domain !== undefined) query = query.where('domain', '=', filter.domain);
  if (filter.contains !== undefined) query = query.where(contains(filter.contains));
  if (filter.limit !== undefined) query = query.limit(filter.limit);
  return (await query.execute()).map(bufferedOf);
}

/** The sets of a multi-label task stand there as JSON arrays (label-sets.ts). */
export function hasLabel({ engine }: Pick<Store, 'engine'>, adapter: string, label: string) {
  const hasSets = sql`exists (select 1 from answer_forms
    where adapter = ${adapter} and task = examples.task and multi_label = 1)`;
  return sql<boolean>`(label = ${label} or case when ${hasSets} then ${engine.isInSet(label)} else false end)`;
}

/** Whatever the case of Latin letters. */
function contains(part: string) {
  const pattern = `%${part.replace(/[\\%_]/g, '\\$&')}%`;
  return sql<boolean>`lower(text) like lower(${pattern}) escape '\\'`;
}

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
      .limit(sliceSize)
      .execute();
    for (const { seal, ...membership } of rows) {
      // Of those that are no members, too: a member must not be lost by a change.
      requireSoundMembership(membership, seal);
      if (membership.state === 'member') members.push(membership.exampleId);
    }
    if (rows.length < sliceSize) return listExamplesById(store, members);
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
export async function summariseBuffer(store: Store, adapter: string, task?: string): Promise<BufferCell[]> {
  const countOf = (state: MembershipState) => sql<number>`count(*) filter (where state = ${state})`;
  const query = store.queries
    .selectFrom('buffer')
    .innerJoin('examples', 'examples.id', 'buffer.example_id')
    .select([
      'task',
      'label',
      'domain',
      countOf('member').as('members'),
      countOf('evicted').as('evicted'),
      countOf('declined').as('declined'),
      sql<number>`coalesce(sum(octet_length(text)) filter (where state = 'member'), 0)`.as('bytes'),
    ])
    .where('buffer.adapter', '=', adapter)
    .groupBy(['task', 'label', 'domain'])
    .orderBy('task')
    .orderBy('domain')
    .orderBy('label');
  return (task === undefined ? query : query.where('task', '=', task)).execute();
}

function selectJoined(queries: Queries) {
  return queries
    .selectFrom('buffer')
    .innerJoin('examples', 'examples.id', 'buffer.example_id')
    .select([
      ...([
        'id',
        'arrival',
        'task',
        'text',
        'hash',
        'label',
        'domain',
        'source',
        'received_at',
        'split',
        'provenance',
      ] as const),
      ...(['state', 'policy', 'score', 'reason', 'since'] as const),
    ]);
}

type JoinedRow = Awaited<ReturnType<ReturnType<typeof selectJoined>['execute']>>[number];

function bufferedOf({ state, policy, score, reason, since, ...example }: JoinedRow): BufferedExample {
  return { ...exampleOf(example), membership: { exampleId: example.id, state, policy, score, reason, since } };
}

function membershipOf({ example_id, ...rest }: Omit<Membership, 'exampleId'> & { example_id: number }): Membership {
  return { ...rest, exampleId: example_id };
}
