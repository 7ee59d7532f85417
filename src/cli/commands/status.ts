import type { Command } from 'commander';
import { clip, wrap } from '../../core/text.js';
import { type Attempt, attempt, describeTrouble, type Trouble } from '../../core/trouble.js';
import { listAdapterNames, readDeclaration, type Workspace } from '../../declaration/workspace.js';
import { findChampionVersion, listCandidates } from '../../store/candidates.js';
import { type Queries, type Store, storeError } from '../../store/database.js';
import { countUnlearned } from '../../store/learned.js';
import { listRuns, type RunSummary } from '../../store/runs.js';
import { findUnfinishedRun } from '../../store/unfinished.js';
import { isLive } from '../../update/lease.js';
import { readSoundManifest } from '../../versions/sound-version.js';
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
      strategy === null ? '?' : clip(strategy, 20),
      champion === null ? '-' : `v${champion}${damage === null ? '' : output.colours.red(', damaged')}`,
      newExamples === null ? '?' : String(newExamples),
      waiting.map((id) => `candidate ${id}`).join(', ') || '-',
      lastRun ? `${lastRun.status} at ${lastRun.stage}` : '-',
    ]);
    const wrongs = adapters.flatMap(({ name, trouble, damage }) => [
      ...(trouble === null ? [] : [`${name}:\n${wrap(describeTrouble(trouble), output.width)}`]),
      ...(damage === null ? [] : [`${name}: ${clip(damage, output.width - name.length - 2)}`]),
    ]);
    return [tableOf(columns, rows, output.colours), ...wrongs].join('\n');
  });
}

interface AdapterStatus {
  readonly name: string;
  /** Null: adapter.yaml cannot be read. */
  readonly strategy: string | null;
  readonly champion: number | null;
  /** Why the champion cannot serve; null: its manifest is sound. */
  readonly damage: string | null;
  /** Why not everything about the adapter can be told; null: everything is. */
  readonly trouble: Trouble | null;
  /** Null: nobody can tell. */
  readonly newExamples: number | null;
  readonly waiting: readonly number[];
  readonly lastRun: LastRun | null;
}

/** `interrupted`: it has not ended, and no process works on it. */
type LastRun = Omit<RunSummary, 'status'> & { readonly status: RunSummary['status'] | 'interrupted' };

const nothing: Attempt<undefined> = { value: undefined };

/** What is wrong with an adapter is told, and what can be told beside it is told all the same. */
async function describeAdapter(workspace: Workspace, store: Store, name: string): Promise<AdapterStatus> {
  const trying = <T>(work: () => Promise<T>) => attempt(work, (thrown) => storeError(thrown, store.path));
  const { queries } = store;
  const declared = await trying(() => readDeclaration(workspace, name));
  const version = await trying(() => findChampionVersion(queries, name));
  const champion = version.value ?? null;
  const sound =
    champion === null ? nothing : await trying(() => readSoundManifest(workspace, queries, { adapter: name, version: champion }));
  const waiting = await trying(() => listCandidates(queries, { adapter: name, status: 'waiting' }));
  const lastRun = await trying(() => readLastRun(queries, name));
  const tasks = declared.value?.tasks.map((task) => task.name);
  const newExamples =
    tasks && !version.trouble ? await trying(() => countUnlearned(queries, { adapter: name, version: champion, tasks })) : nothing;
  const troubles = [declared, version, waiting, lastRun, newExamples].flatMap(({ trouble }) => trouble ?? []);
  return {
    name,
    strategy: declared.value?.strategy ?? null,
    champion,
    damage: sound.trouble?.message ?? null,
    trouble: troubles[0] ?? null,
    newExamples: newExamples.value ?? null,
    waiting: (waiting.value ?? []).map(({ id }) => id),
    lastRun: lastRun.value ?? null,
  };
}

async function readLastRun(queries: Queries, adapter: string): Promise<LastRun | undefined> {
  const [last] = await listRuns(queries, adapter, 1);
  if (last?.status !== 'running') return last;
  const unfinished = await findUnfinishedRun(queries, adapter);
  return unfinished && !isLive(unfinished, new Date()) ? { ...last, status: 'interrupted' } : last;
}
