/** Every adapter at a glance. */
import { type Attempt, attempt, type Trouble } from '../core/trouble.js';
import { listAdapterNames, readDeclaration } from '../declaration/workspace.js';
import { findChampionVersion, listCandidates } from '../store/candidates.js';
import { type Store, storeError, storeTime } from '../store/database.js';
import { countUnlearned } from '../store/learned.js';
import { listRuns, type RunSummary } from '../store/runs.js';
import { findUnfinishedRun } from '../store/unfinished.js';
import { isLive } from '../update/lease.js';
import { readSoundManifest } from '../versions/sound-version.js';
import type { Site } from './site.js';

export interface WorkspaceStatus {
  /** Its folder. */
  readonly workspace: string;
  /** Path of the file, or address of the server without a password. */
  readonly database: string;
  readonly adapters: readonly AdapterStatus[];
}

type StatusSite = Pick<Site, 'workspace' | 'store' | 'versions'>;

export async function readStatus(site: StatusSite): Promise<WorkspaceStatus> {
  const names = await listAdapterNames(site.workspace);
  return {
    workspace: site.workspace.root,
    database: site.store.location,
    adapters: await Promise.all(names.map((name) => describeAdapter(site, name))),
  };
}

export interface AdapterStatus {
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
export type LastRun = Omit<RunSummary, 'status'> & { readonly status: RunSummary['status'] | 'interrupted' };

const nothing: Attempt<undefined> = { value: undefined };

/** What is wrong with an adapter is told, and what can be told beside it is told all the same. */
async function describeAdapter({ workspace, store, versions }: StatusSite, name: string): Promise<AdapterStatus> {
  const trying = <T>(work: () => Promise<T>) => attempt(work, (thrown) => storeError(thrown, store));
  const { queries } = store;
  const declared = await trying(() => readDeclaration(workspace, name));
  const version = await trying(() => findChampionVersion(queries, name));
  const champion = version.value ?? null;
  const sound =
    champion === null
      ? nothing
      : await trying(() => readSoundManifest(versions, queries, { adapter: name, version: champion }));
  const waiting = await trying(() => listCandidates(queries, { adapter: name, status: 'waiting' }));
  const lastRun = await trying(() => readLastRun(store, name));
  const tasks = declared.value?.tasks.map((task) => task.name);
  const newExamples =
    tasks && !version.trouble
      ? await trying(() => countUnlearned(queries, { adapter: name, version: champion, tasks }))
      : nothing;
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

async function readLastRun(store: Store, adapter: string): Promise<LastRun | undefined> {
  const [last] = await listRuns(store.queries, adapter, 1);
  if (last?.status !== 'running') return last;
  const unfinished = await findUnfinishedRun(store.queries, adapter);
  return unfinished && !isLive(unfinished, await storeTime(store)) ? { ...last, status: 'interrupted' } : last;
}
