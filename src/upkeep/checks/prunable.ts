import type { Check, Found } from '../check.js';
import { commandLine } from '../command-line.js';
import { listPrunable, type Prunable, survey, usualSettings } from '../prunable.js';

/**
 * Versions that can go, versions that no candidate names, files of runs that have ended, vectors that no adapter uses,
 * and what killed processes left.
 */
export const prunableCheck: Check = {
  name: 'prunable',
  async run(site) {
    const things = await listPrunable(site, site.store.queries, usualSettings, await survey(site));
    return things.filter(({ isDamaged }) => !isDamaged).map(describe);
  },
};

function describe({ kind, what, adapter, bytes }: Prunable): Found {
  const size = bytes === 0 ? '' : `, ${(bytes / 1_000_000).toFixed(1)} MB`;
  return {
    severity: kind === 'unproposed' || kind === 'staged' || kind === 'unfinished' ? 'warning' : 'note',
    what: `${what}: ${reasons[kind]}${size}`,
    where: adapter ?? 'the workspace',
    command: commandLine(['espalier', 'prune']),
  };
}

const reasons: Readonly<Record<Prunable['kind'], string>> = {
  version: 'nothing needs it',
  unproposed: 'no candidate names it',
  staged: 'the run has ended',
  vectors: 'no adapter uses that encoder',
  rejects: 'it is old',
  unfinished: 'the process that wrote it is gone',
};
