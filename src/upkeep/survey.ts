/** What is found out about a workspace before something is removed, and takes longer than a transaction should. */
import { errorWith } from '../core/trouble.js';
import { listAdapterNames, readDeclaration } from '../declaration/workspace.js';
import { findPrunedVersions } from '../store/audit.js';
import { listCandidates, listVersions } from '../store/candidates.js';
import { readRun } from '../store/runs.js';
import { findUnfinishedRun } from '../store/unfinished.js';
import type { Plan } from '../update/context.js';
import { requireSoundVersion } from '../versions/sound-version.js';
import type { VersionName } from '../versions/versions.js';
import { findNeededVersions } from './kept-versions.js';
import type { UpkeepSite } from './site.js';

export interface DamagedVersion extends VersionName {
  readonly why: string;
}

/** Proposed versions that were not pruned, and are gone or not what was proposed. Cost: their files are read once. */
export async function listDamagedVersions(
  { store: { queries }, versions }: Pick<UpkeepSite, 'store' | 'versions'>,
  adapter: string,
): Promise<DamagedVersion[]> {
  const pruned = await findPrunedVersions(queries, adapter);
  const damaged: DamagedVersion[] = [];
  for (const version of await listVersions(queries, adapter)) {
    if (pruned.has(version)) continue;
    const damage = await errorWith('ADAPTER_INVALID', requireSoundVersion(versions, queries, { adapter, version }));
    if (damage) damaged.push({ adapter, version, why: damage.message });
  }
  return damaged;
}

/**
 * Fingerprints of the encoders whose vectors are used: those that adapters declare, and those that needed versions and
 * unfinished runs were made with. Undefined where one of them cannot be told.
 */
export async function findUsedFingerprints(site: UpkeepSite): Promise<ReadonlySet<string> | undefined> {
  const used = new Set<string>();
  for (const adapter of await listAdapterNames(site.workspace)) {
    const declaration = await readDeclaration(site.workspace, adapter);
    const declared = await site.findFingerprints(declaration);
    if (declared === undefined) return undefined;
    used.add(declared.dense);
    const needed = await findNeededVersions(site.store.queries, declaration);
    for (const plan of await listPlans(site, adapter, new Set(needed.keys()))) {
      if (plan.embeddings === undefined) return undefined;
      used.add(plan.embeddings.fingerprint);
    }
  }
  return used;
}

async function listPlans({ store }: UpkeepSite, adapter: string, versions: ReadonlySet<number>): Promise<Plan[]> {
  const candidates = await listCandidates(store.queries, { adapter });
  const plans: Plan[] = [];
  for (const { version, runId } of candidates)
    if (versions.has(version)) plans.push((await readRun(store.queries, runId)).plan as Plan);
  const unfinished = await findUnfinishedRun(store.queries, adapter);
  return unfinished === undefined ? plans : [...plans, unfinished.plan as Plan];
}
