import type { Command } from 'commander';
import { clip } from '../../core/text.js';
import { listAdapterNames, readDeclaration, versionFolder, type Workspace } from '../../core/workspace.js';
import { findChampionVersion, listCandidates } from '../../store/candidates.js';
import type { Store } from '../../store/database.js';
import { countTrainingExamplesAfter } from '../../store/examples.js';
import { listRuns } from '../../store/runs.js';
import { readManifest } from '../../training/versions.js';
import { tableOf } from '../output.js';
import { type GlobalOptions, inSession, newCommand, type Session, type Surroundings } from '../session.js';

export function statusCommand(surroundings: Surroundings): Command {
  return newCommand('status', 'every adapter at a glance').action((options: GlobalOptions) => inSession(options, surroundings, status));
}

async function status({ workspace, store, output }: Session): Promise<void> {
  const adapters = await Promise.all((await listAdapterNames(workspace)).map((name) => describeAdapter(workspace, store, name)));
  output.result({ workspace: workspace.root, adapters }, () => {
    if (adapters.length === 0) return 'No adapter is declared. `espalier init DIR` makes one to begin with.';
    const columns = [
      { title: 'adapter' },
      { title: 'strategy' },
      { title: 'champion', align: 'right' },
      { title: 'new', align: 'right' },
      { title: 'waiting' },
      { title: 'last run' },
    ] as const;
    const rows = adapters.map(({ name, strategy, champion, newExamples, waiting, lastRun }) => [
      name,
      clip(strategy, 20),
      champion === null ? '-' : `v${champion}`,
      String(newExamples),
      waiting.map((id) => `candidate ${id}`).join(', ') || '-',
      lastRun ? `${lastRun.status} at ${lastRun.stage}` : '-',
    ]);
    return tableOf(columns, rows, output.colours);
  });
}

async function describeAdapter(workspace: Workspace, store: Store, name: string) {
  const { strategy } = await readDeclaration(workspace, name);
  const champion = await findChampionVersion(store.queries, name);
  const learned = champion === null ? 0 : (await readManifest(versionFolder(workspace, name, champion))).data.throughExample;
  const waiting = await listCandidates(store.queries, { adapter: name, status: 'waiting' });
  const [lastRun] = await listRuns(store.queries, name, 1);
  return {
    name,
    strategy,
    champion,
    newExamples: await countTrainingExamplesAfter(store.queries, name, learned),
    waiting: waiting.map(({ id }) => id),
    lastRun: lastRun ?? null,
  };
}
