/** Which versions must not go. */
import { championBefore } from '../decisions/rollback.js';
import type { AdapterDeclaration } from '../declaration/declaration.js';
import { findChampionVersion, listCandidates, listDecisions, listVersions } from '../store/candidates.js';
import type { Queries } from '../store/database.js';
import { findUnfinishedRun } from '../store/unfinished.js';
import type { Plan } from '../update/context.js';

/**
 * Versions that are needed, and what for: the champion, what a rollback goes to, anchors of gate policies, versions
 * whose candidate waits, and those of a run that has not ended.
 */
export async function findNeededVersions(
  queries: Queries,
  { name: adapter, gate }: AdapterDeclaration,
): Promise<ReadonlyMap<number, string>> {
  const needed = new Map<number, string>();
  const need = (version: number | null | undefined, why: string) => {
    if (version !== null && version !== undefined && !needed.has(version)) needed.set(version, why);
  };
  const champion = await findChampionVersion(queries, adapter);
  need(champion, 'it is champion');
  const decisions = await listDecisions(queries, adapter);
  if (champion !== null) need(championBefore(decisions, champion), 'a rollback goes to it');
  need(decisions.filter(({ act }) => act !== 'reject').at(-1)?.fromVersion, 'it served before the champion');
  need(gate?.anchor?.version, 'it is the anchor of the gate');
  for (const { version } of await listCandidates(queries, { adapter, status: 'waiting' }))
    need(version, 'its candidate waits');
  const run = await findUnfinishedRun(queries, adapter);
  if (run === undefined) return needed;
  const plan = run.plan as Plan;
  for (const version of [plan.parentVersion, plan.version, plan.declaration.gate?.anchor?.version])
    need(version, `run ${run.id} needs it`);
  return needed;
}

/** The same, and the newest `keep` versions that are there. @param pruned they count as gone */
export async function findKeptVersions(
  queries: Queries,
  declaration: AdapterDeclaration,
  { keep, pruned }: { readonly keep: number; readonly pruned: ReadonlySet<number> },
): Promise<ReadonlyMap<number, string>> {
  const kept = new Map(await findNeededVersions(queries, declaration));
  const present = (await listVersions(queries, declaration.name)).filter((version) => !pruned.has(version));
  for (const version of keep === 0 ? [] : present.slice(-keep))
    if (!kept.has(version)) kept.set(version, 'it is among the newest');
  return kept;
}
