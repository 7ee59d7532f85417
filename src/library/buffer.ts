/** Looks into the replay buffer of an adapter. */
import { EspalierError } from '../core/errors.js';
import type { AdapterDeclaration, BufferBudget } from '../declaration/declaration.js';
import { taskNamed } from '../declaration/tasks.js';
import { readDeclaration } from '../declaration/workspace.js';
import { cellsByLabel } from '../replay/cells.js';
import {
  type BufferCell,
  type BufferedExample,
  findMembership,
  listBuffer,
  type Membership,
  type MembershipState,
  summariseBuffer,
} from '../store/buffer.js';
import { findChampionVersion } from '../store/candidates.js';
import { type Example, findExample } from '../store/examples.js';
import { type LeftOutReason, readLearned } from '../store/learned.js';
import type { Site } from './site.js';

export type BufferSite = Pick<Site, 'workspace' | 'store'>;

export interface BufferStats {
  readonly adapter: string;
  readonly budget: BufferBudget;
  readonly members: number;
  readonly bytes: number;
  /** One a label and domain. */
  readonly cells: readonly BufferCell[];
}

/** @param task undefined: of all tasks. @throws ADAPTER_NOT_FOUND, TASK_UNKNOWN */
export async function readBufferStats(
  { workspace, store }: BufferSite,
  adapter: string,
  task?: string,
): Promise<BufferStats> {
  const declaration = await readDeclaration(workspace, adapter);
  const held = await summariseBuffer(store, adapter, knownTask(declaration, task));
  const members = held.reduce((sum, cell) => sum + cell.members, 0);
  const bytes = held.reduce((sum, cell) => sum + cell.bytes, 0);
  return { adapter, budget: declaration.buffer, members, bytes, cells: cellsByLabel(declaration.tasks, held) };
}

export const membershipStates: readonly MembershipState[] = ['member', 'evicted', 'declined'];

export interface BufferQuery {
  readonly task?: string | undefined;
  readonly label?: string | undefined;
  readonly domain?: string | undefined;
  readonly contains?: string | undefined;
  /** Usually `member`. */
  readonly state?: MembershipState | undefined;
  /** Without it all that fit. */
  readonly limit?: number | undefined;
}

/** In order of arrival. @throws ADAPTER_NOT_FOUND, TASK_UNKNOWN, USAGE */
export async function listBuffered(
  { workspace, store }: BufferSite,
  adapter: string,
  query: BufferQuery,
): Promise<BufferedExample[]> {
  const declaration = await readDeclaration(workspace, adapter);
  const { state = 'member', task, ...filter } = query;
  if (!membershipStates.includes(state))
    throw new EspalierError('USAGE', `the state of an example is ${membershipStates.join(', ')}, not \`${state}\``);
  return listBuffer(store, adapter, { ...filter, state, task: knownTask(declaration, task) });
}

/** @throws TASK_UNKNOWN */
function knownTask(declaration: AdapterDeclaration, task: string | undefined): string | undefined {
  return task === undefined ? undefined : taskNamed(declaration, task).name;
}

/** An example, and what became of it in the buffer; null: it was never offered. */
export interface BufferSheet extends Example {
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
  return { ...example, membership: (await findMembership(store.queries, adapter, id)) ?? null };
}

/** Which rule let an example in, or put it out. The first three are null where it was never offered. */
export interface BufferReason {
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
  return { id, state, policy, score, reason: reason ?? (await explainAbsence(site, sheet, adapter)), sheet };
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
