import type { Command } from 'commander';
import { EspalierError } from '../../core/errors.js';
import { clip } from '../../core/text.js';
import { listAdapterNames, readDeclaration, type Workspace } from '../../core/workspace.js';
import { readSoundManifest } from '../../pipeline/sound-version.js';
import { findChampionVersion, listCandidates } from '../../store/candidates.js';
import type { Store } from '../../store/database.js';
import { countTrainingExamplesAfter } from '../../store/examples.js';
import { listRuns } from '../../store/runs.js';
import { tableOf } from '../output.js';
import { type GlobalOptions, inReadingSession, newCommand, type Session, type Surroundings } from '../session.js';

export function statusCommand(surroundings: Surroundings): Command {
  return newCommand('status', 'every adapter at a glance').action((options: GlobalOptions) =>
    inReadingSession(options, surroundings, status),
  );
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
    const rows = adapters.map(({ name, strategy, champion, newExamples, waiting, lastRun, damage }) => [
      name,
      clip(strategy, 20),
      champion === null ? '-' : `v${champion}${damage === null ? '' : output.colours.red(', damaged')}`,
      newExamples === null ? '?' : String(newExamples),
      waiting.map((id) => `candidate ${id}`).join(', ') || '-',
      lastRun ? `${lastRun.status} at ${lastRun.stage}` : '-',
    ]);
    const damages = adapters.flatMap(({ name, damage }) =>
      damage === null ? [] : [`${name}: ${clip(damage, output.width - name.length - 2)}`],
    );
    return [tableOf(columns, rows, output.colours), ...damages].join('\n');
  });
}

/** What is damaged is said, and the others are shown all the same. */
async function describeAdapter(workspace: Workspace, store: Store, name: string) {
  const { strategy } = await readDeclaration(workspace, name);
  const champion = await findChampionVersion(store.queries, name);
  const { learned, damage } = await readLearned(workspace, store, { adapter: name, version: champion });
  const waiting = await listCandidates(store.queries, { adapter: name, status: 'waiting' });
  const [lastRun] = await listRuns(store.queries, name, 1);
  return {
    name,
    strategy,
    champion,
    /** Why the champion cannot serve; null: its manifest is sound. */
    damage,
    /** Null: nobody can tell. */
    newExamples: learned === null ? null : await countTrainingExamplesAfter(store.queries, name, learned),
    waiting: waiting.map(({ id }) => id),
    lastRun: lastRun ?? null,
  };
}

/** The last example that the champion had been shown; 0 where there is no champion. */
async function readLearned(workspace: Workspace, { queries }: Store, { adapter, version }: { adapter: string; version: number | null }) {
  if (version === null) return { learned: 0, damage: null };
  try {
    const { data } = await readSoundManifest(workspace, queries, { adapter, version });
    return { learned: data.throughExample, damage: null };
  } catch (thrown) {
    if (!(thrown instanceof EspalierError) || thrown.code !== 'ADAPTER_INVALID') throw thrown;
    return { learned: null, damage: thrown.message };
  }
}
