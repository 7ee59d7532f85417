import { listAdapterNames } from '../../declaration/workspace.js';
import { storeTime } from '../../store/database.js';
import { findUnfinishedRun, type UnfinishedRun } from '../../store/unfinished.js';
import { isLive } from '../../update/lease.js';
import type { Check, Found } from '../check.js';
import { commandLine } from '../command-line.js';
import type { UpkeepSite } from '../site.js';

/** Whether a run was interrupted: it has not ended, and no process works on it. */
export const runsCheck: Check = {
  name: 'runs',
  async run(site) {
    const found: Found[] = [];
    for (const adapter of await listAdapterNames(site.workspace)) {
      const run = await findUnfinishedRun(site.store.queries, adapter);
      if (run === undefined || isLive(run, await storeTime(site.store))) continue;
      const canResume = await hasItsFiles(site, adapter, run);
      found.push({
        severity: 'warning',
        what: canResume
          ? `run ${run.id} was interrupted at its stage ${run.stage}`
          : `run ${run.id} was interrupted at its stage ${run.stage}, and what it had trained is gone`,
        where: adapter,
        command: commandLine(['espalier', 'update', adapter], canResume ? {} : { fresh: true }),
      });
    }
    return found;
  },
};

const afterTraining = ['evaluate', 'gate', 'propose'];

async function hasItsFiles({ versions }: UpkeepSite, adapter: string, run: UnfinishedRun): Promise<boolean> {
  if (!afterTraining.includes(run.stage)) return true;
  const { version } = run.plan as { readonly version: number };
  return (await versions.listRuns(adapter)).includes(run.id) || (await versions.list(adapter)).includes(version);
}
