/** Chooses the members of a replay buffer anew. */
import { EspalierError } from '../core/errors.js';
import { applyReselection, prepareReselection } from '../decisions/reselect.js';
import type { AdapterDeclaration, BufferBudget } from '../declaration/declaration.js';
import { nameWithin } from '../declaration/tasks.js';
import { readDeclaration } from '../declaration/workspace.js';
import type { MembershipState } from '../store/buffer.js';
import { listExamplesById } from '../store/examples.js';
import type { Site } from './site.js';

export interface ReselectSettings {
  /** Without it the declared policy; the declared options hold for the declared policy alone. */
  readonly policy?: string | undefined;
  /** Number of examples; without it the declared budget. */
  readonly budget?: number | undefined;
  /** Tells what would change, and changes nothing. */
  readonly dryRun?: boolean | undefined;
  /** Why; kept for ever. Required unless it is a dry run. */
  readonly reason?: string | undefined;
}

/** An example that comes into the buffer, or leaves it. */
export interface Reselected {
  readonly id: number;
  readonly task: string;
  readonly label: string;
  readonly domain: string;
  readonly state: MembershipState;
  readonly reason: string;
}

export interface ReselectedLabel {
  /** With its task where the adapter has several. */
  readonly label: string;
  readonly in: number;
  readonly out: number;
}

export interface Reselection {
  readonly adapter: string;
  /** The champion whose buffer it is. */
  readonly champion: number;
  readonly policy: string;
  readonly budget: BufferBudget;
  /** Whether it was written; false of a dry run. */
  readonly applied: boolean;
  readonly in: number;
  readonly out: number;
  /** Labels of which an example comes or leaves. */
  readonly labels: readonly ReselectedLabel[];
  readonly changes: readonly Reselected[];
}

type ReselectSite = Pick<Site, 'workspace' | 'store' | 'versions' | 'actor' | 'now'>;

/**
 * @throws ADAPTER_NOT_FOUND, NO_CHAMPION, POLICY_UNKNOWN, DECLARATION_INVALID, ADAPTER_INVALID, BUFFER_CHANGED, USAGE
 */
export async function reselectBuffer(
  { workspace, store, versions, actor, now }: ReselectSite,
  adapter: string,
  { policy, budget, dryRun = false, reason = '' }: ReselectSettings,
): Promise<Reselection> {
  const declaration = withBuffer(await readDeclaration(workspace, adapter), { policy, budget });
  const prepared = await prepareReselection({ store, versions }, declaration, now);
  const ids = prepared.changes.map(({ exampleId }) => exampleId);
  const examples = new Map((await listExamplesById(store, ids)).map((example) => [example.id, example]));
  const changes = prepared.changes.map(({ exampleId: id, state, reason: why }): Reselected => {
    const { task, label, domain } = examples.get(id)!;
    return { id, task, label, domain, state, reason: why };
  });
  if (!dryRun) await applyReselection(store, prepared, { actor, reason, at: now });
  const { buffer } = declaration;
  return {
    adapter,
    champion: prepared.champion,
    policy: buffer.policy,
    budget: 'bytes' in buffer ? { bytes: buffer.bytes } : { examples: buffer.examples },
    applied: !dryRun,
    in: countOf(changes, 'member'),
    out: countOf(changes, 'evicted'),
    labels: changedLabels(declaration, changes),
    changes,
  };
}

function withBuffer(
  declaration: AdapterDeclaration,
  { policy, budget }: Pick<ReselectSettings, 'policy' | 'budget'>,
): AdapterDeclaration {
  const { buffer } = declaration;
  if (budget !== undefined && !(Number.isInteger(budget) && budget >= 1))
    throw new EspalierError('USAGE', `a budget of ${budget} holds nothing`, {
      hint: 'Give `budget` as a whole number of examples, such as 500.',
      parameters: ['budget'],
    });
  const rule = policy === undefined || policy === buffer.policy ? {} : { policy, options: {} };
  if (budget === undefined) return { ...declaration, buffer: { ...buffer, ...rule } };
  const { policy: declared, options, floor } = buffer;
  return { ...declaration, buffer: { examples: budget, policy: declared, options, floor, ...rule } };
}

const countOf = (changes: readonly Reselected[], state: MembershipState) =>
  changes.filter((change) => change.state === state).length;

/** Those that change most first, then by name. */
export function changedLabels({ tasks }: AdapterDeclaration, changes: readonly Reselected[]): ReselectedLabel[] {
  const labels = new Map<string, { in: number; out: number }>();
  for (const { task, label, state } of changes) {
    const name = nameWithin(tasks, task, label);
    const counts = labels.get(name) ?? { in: 0, out: 0 };
    if (state === 'member') counts.in++;
    if (state === 'evicted') counts.out++;
    labels.set(name, counts);
  }
  return [...labels]
    .map(([label, counts]) => ({ label, ...counts }))
    .sort((a, b) => b.in + b.out - (a.in + a.out) || (a.label < b.label ? -1 : 1));
}
