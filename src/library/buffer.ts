/** Looks into the replay buffer of an adapter. */
import { EspalierError } from '../core/errors.js';
import { readDeclaration } from '../declaration/workspace.js';
import { findMembership, type Membership, type MembershipState } from '../store/buffer.js';
import { findChampionVersion } from '../store/candidates.js';
import { type Example, findExample } from '../store/examples.js';
import { type LeftOutReason, readLearned } from '../store/learned.js';
import { parseCondition } from './conditions.js';
import { type ExampleHistory, readExampleHistory } from './example-history.js';
import type { ExampleQuery, PageQuery } from './example-query.js';
import { type ListedExample, listStored } from './examples.js';
import type { Site } from './site.js';

export type BufferSite = Pick<Site, 'workspace' | 'store'>;

/**
 * In order of arrival; members, unless the query says another state.
 * @throws ADAPTER_NOT_FOUND, TASK_UNKNOWN, EXAMPLE_NOT_FOUND, USAGE
 */
export function listBuffered(
  site: BufferSite,
  adapter: string,
  query: ExampleQuery & PageQuery,
): Promise<ListedExample[]> {
  return listStored(site, adapter, ofBuffer(query));
}

/** Exports and lists of the buffer mean its members, where no state is asked for. */
export function ofBuffer<Query extends ExampleQuery>(query: Query): Query {
  const asksState =
    query.state !== undefined || query.where?.some((written) => parseCondition(written).field === 'state');
  return asksState ? query : { ...query, state: 'member' };
}

/** An example with its history, and what became of it in the buffer; null: it was never offered. */
export interface BufferSheet extends Example, ExampleHistory {
  readonly membership: Membership | null;
}

/** @throws ADAPTER_NOT_FOUND, EXAMPLE_NOT_FOUND */
export async function readBufferSheet(
  { workspace, store }: BufferSite,
  adapter: string,
  id: number,
): Promise<BufferSheet> {
  await readDeclaration(workspace, adapter);
  const example = await findExample(store.queries, adapter, id);
  if (!example) throw new EspalierError('EXAMPLE_NOT_FOUND', `${adapter} has no example ${id}`);
  const membership = (await findMembership(store.queries, adapter, id)) ?? null;
  return { ...example, membership, ...(await readExampleHistory(store.queries, adapter, example)) };
}

/** Which rule let an example in, or put it out. The first three are null where it was never offered. */
export interface BufferReason extends ExampleHistory {
  readonly id: number;
  readonly state: MembershipState | null;
  readonly policy: string | null;
  readonly score: number | null;
  readonly reason: string;
}

/** @throws ADAPTER_NOT_FOUND, EXAMPLE_NOT_FOUND */
export async function explainMembership(
  site: BufferSite,
  adapter: string,
  id: number,
): Promise<BufferReason & { sheet: BufferSheet }> {
  const sheet = await readBufferSheet(site, adapter, id);
  const { state = null, policy = null, score = null, reason } = sheet.membership ?? {};
  const { weight, quarantined, pinned, note, nearDuplicateOf, revisions, learnedBy } = sheet;
  return {
    ...{ id, state, policy, score, reason: reason ?? (await explainAbsence(site, sheet, adapter)) },
    ...{ weight, quarantined, pinned, note, nearDuplicateOf, revisions, learnedBy },
    sheet,
  };
}

/** Why an example was never offered to the buffer. */
async function explainAbsence({ store }: BufferSite, example: Example, adapter: string): Promise<string> {
  if (example.split === 'holdout') return 'held out for evaluation: it is never trained on, so it is never replayed';
  const champion = await findChampionVersion(store.queries, adapter);
  const { leftOut } = await readLearned(store.queries, { adapter, version: champion });
  const reason = leftOut.get(example.id);
  if (reason !== undefined) return `version ${champion} has not learned it: ${reasonsLeftOut[reason]}`;
  return 'no champion has learned it yet: it is offered when a candidate trained on it is approved';
}

const reasonsLeftOut: Readonly<Record<LeftOutReason, string>> = {
  quarantined: 'quarantined when the champion was trained',
  leaked: 'an eval suite had its text',
  unreadable: 'the encoder could not turn it into a vector',
};
