import { championBefore } from '../../decisions/rollback.js';
import { listAdapterNames, readDeclaration } from '../../declaration/workspace.js';
import { findChampionVersion, listCandidates, listDecisions } from '../../store/candidates.js';
import { type Check, type Found, restoreCommand } from '../check.js';
import { commandLine } from '../command-line.js';
import { findNeededVersions } from '../kept-versions.js';
import type { UpkeepSite } from '../site.js';
import { type DamagedVersion, listDamagedVersions } from '../survey.js';

/** Whether every version that was proposed, and not pruned, has the files that it was proposed with. */
export const versionsCheck: Check = {
  name: 'versions',
  async run(site) {
    const found: Found[] = [];
    for (const adapter of await listAdapterNames(site.workspace)) {
      const damaged = await listDamagedVersions(site, adapter);
      const numbers = new Set(damaged.map(({ version }) => version));
      for (const version of damaged) found.push(await describe(site, version, numbers));
    }
    return found;
  },
};

async function describe(
  { workspace, store: { queries } }: UpkeepSite,
  { adapter, version, why }: DamagedVersion,
  damaged: ReadonlySet<number>,
): Promise<Found> {
  const where = `${adapter}, version ${version}`;
  const champion = await findChampionVersion(queries, adapter);
  if (version === champion) {
    const before = championBefore(await listDecisions(queries, adapter), version);
    const canGoBack = before !== null && !damaged.has(before);
    const reason = `version ${version} is damaged`;
    const command = canGoBack ? commandLine(['espalier', 'rollback', adapter], { to: before, reason }) : restoreCommand;
    return { severity: 'error', what: `the champion cannot serve: ${why}`, where, command };
  }
  const [waiting] = (await listCandidates(queries, { adapter, status: 'waiting' })).filter(
    (candidate) => candidate.version === version,
  );
  if (waiting !== undefined) {
    const command = commandLine(['espalier', 'candidates', 'reject', String(waiting.id)], { reason: 'it is damaged' });
    return { severity: 'error', what: `candidate ${waiting.id} cannot be approved: ${why}`, where, command };
  }
  const needed = await findNeededVersions(queries, await readDeclaration(workspace, adapter));
  const use = needed.get(version);
  if (use !== undefined) return { severity: 'error', what: `${why}, and ${use}`, where, command: restoreCommand };
  return { severity: 'warning', what: why, where, command: commandLine(['espalier', 'prune']) };
}
