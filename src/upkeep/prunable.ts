/** What can go from a workspace, and how each goes. */
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { listLeftBehind } from '../core/left-behind.js';
import { appendAll } from '../core/sequences.js';
import { listAdapterNames, readDeclaration } from '../declaration/workspace.js';
import { findPrunedVersions, versionSubject } from '../store/audit.js';
import { listVersions } from '../store/candidates.js';
import type { Queries, Transaction } from '../store/database.js';
import { listSpaces, removeEmbeddings } from '../store/embeddings.js';
import { removeBlocksOfSpace } from '../store/signature-blocks.js';
import { findUnfinishedRun } from '../store/unfinished.js';
import { sizeOfVersion } from '../versions/version-folder.js';
import { findKeptVersions } from './kept-versions.js';
import type { UpkeepSite } from './site.js';
import { type DamagedVersion, findUsedFingerprints, listDamagedVersions } from './survey.js';

/**
 * `version`: a proposed version that nothing needs. `unproposed`: a version that no candidate names. `staged`: files of
 * a run that has ended. `vectors`: those of an encoder that no adapter uses. `rejects`: a file of rejected rows.
 * `unfinished`: what a killed process left.
 */
export type PrunableKind = 'version' | 'unproposed' | 'staged' | 'vectors' | 'rejects' | 'unfinished';

export interface Prunable {
  readonly kind: PrunableKind;
  /** In words: "version 3". */
  readonly what: string;
  /** Null: it is no adapter's. */
  readonly adapter: string | null;
  readonly bytes: number;
  /** Whether its files are damaged or gone. */
  readonly isDamaged: boolean;
  /** Rows that go with it; files go when the transaction is over. */
  removeRows(transaction: Transaction): Promise<void>;
  removeFiles(): Promise<void>;
}

export interface PruneSettings {
  /** The newest versions of each adapter that stay, beside those that are needed. */
  readonly keep: number;
  /** Files of rejected rows stay for so many days. */
  readonly rejectsDays: number;
}

export const usualSettings: PruneSettings = { keep: 5, rejectsDays: 90 };

/** What is read before a transaction begins. */
export interface Surveyed {
  readonly damaged: readonly DamagedVersion[];
  /** Undefined: no vectors go. */
  readonly used: ReadonlySet<string> | undefined;
}

export async function survey(site: UpkeepSite): Promise<Surveyed> {
  const damaged: DamagedVersion[] = [];
  for (const adapter of await listAdapterNames(site.workspace))
    appendAll(damaged, await listDamagedVersions(site, adapter));
  return { damaged, used: await findUsedFingerprints(site) };
}

/** Adapter by adapter, then what is no adapter's. @throws DECLARATION_INVALID: what a gate needs cannot be told */
export async function listPrunable(
  site: UpkeepSite,
  queries: Queries,
  settings: PruneSettings,
  surveyed: Surveyed,
): Promise<Prunable[]> {
  const found: Prunable[] = [];
  for (const adapter of await listAdapterNames(site.workspace)) {
    appendAll(found, await oldVersions(site, queries, adapter, { ...settings, ...surveyed }));
    appendAll(found, await unproposed(site, queries, adapter));
    appendAll(found, await stagedRuns(site, queries, adapter));
  }
  return [
    ...found,
    ...(await unusedVectors(queries, surveyed.used)),
    ...(await oldRejects(site, settings.rejectsDays)),
    ...(await leftBehind(site)),
  ];
}

async function oldVersions(
  { workspace, versions }: UpkeepSite,
  queries: Queries,
  adapter: string,
  { keep, damaged }: PruneSettings & Surveyed,
): Promise<Prunable[]> {
  const declaration = await readDeclaration(workspace, adapter);
  const pruned = await findPrunedVersions(queries, adapter);
  const kept = await findKeptVersions(queries, declaration, { keep, pruned });
  const needed = await findKeptVersions(queries, declaration, { keep: 0, pruned });
  const present = new Set(await versions.list(adapter));
  const found: Prunable[] = [];
  for (const version of await listVersions(queries, adapter)) {
    // A version that was being pruned when the process was killed has an audit row, and its files still.
    if (pruned.has(version) && !present.has(version)) continue;
    const isDamaged = damaged.some((one) => one.adapter === adapter && one.version === version);
    if (needed.has(version) || (kept.has(version) && !isDamaged)) continue;
    const bytes = isDamaged ? 0 : await sizeOfVersion(versions, { adapter, version });
    const removeFiles = () => versions.remove({ adapter, version });
    found.push({ ...files('version', adapter, removeFiles), what: versionSubject(version), bytes, isDamaged });
  }
  return found;
}

async function unproposed({ versions }: UpkeepSite, queries: Queries, adapter: string): Promise<Prunable[]> {
  const proposed = new Set(await listVersions(queries, adapter));
  const run = await findUnfinishedRun(queries, adapter);
  const planned = (run?.plan as { version?: number } | undefined)?.version;
  const strange = (await versions.list(adapter)).filter((version) => !proposed.has(version) && version !== planned);
  return strange.map((version) => {
    const removeFiles = () => versions.remove({ adapter, version });
    return { ...files('unproposed', adapter, removeFiles), what: `unproposed version ${version}` };
  });
}

async function stagedRuns({ versions }: UpkeepSite, queries: Queries, adapter: string): Promise<Prunable[]> {
  const unfinished = await findUnfinishedRun(queries, adapter);
  const ended = (await versions.listRuns(adapter)).filter((run) => run !== unfinished?.id);
  return ended.map((run) => {
    const removeFiles = () => versions.discard({ adapter, run });
    return { ...files('staged', adapter, removeFiles), what: `staged files of run ${run}` };
  });
}

async function unusedVectors(queries: Queries, used: ReadonlySet<string> | undefined): Promise<Prunable[]> {
  if (used === undefined) return [];
  const unused = (await listSpaces(queries)).filter(({ fingerprint }) => !used.has(fingerprint));
  return unused.map(({ fingerprint, vectors, bytes }) => ({
    ...files('vectors', null, nothing),
    what: `${vectors} vectors of the encoder ${fingerprint.slice(0, 12)}`,
    bytes,
    removeRows: async (transaction) => {
      await removeEmbeddings(transaction, fingerprint);
      await removeBlocksOfSpace(transaction, fingerprint);
    },
  }));
}

const dayMilliseconds = 24 * 60 * 60 * 1000;

async function oldRejects({ workspace, now }: UpkeepSite, days: number): Promise<Prunable[]> {
  const folder = join(workspace.root, 'replay-store', 'rejects');
  const before = now.getTime() - days * dayMilliseconds;
  const found: Prunable[] = [];
  for (const name of (await readdir(folder).catch(() => [])).sort()) {
    const file = join(folder, name);
    const { mtimeMs, size } = await stat(file);
    if (mtimeMs >= before || !name.endsWith('.jsonl')) continue;
    found.push({
      ...files('rejects', null, () => rm(file, { force: true })),
      what: `rejects file ${name}`,
      bytes: size,
    });
  }
  return found;
}

async function leftBehind({ workspace: { root } }: UpkeepSite): Promise<Prunable[]> {
  const folders = ['adapters', 'replay-store', 'evals'].map((name) => join(root, name));
  const paths = (await Promise.all(folders.map((folder) => listLeftBehind(folder, new Date())))).flat();
  return paths.map((path) => ({
    ...files('unfinished', null, () => rm(path, { recursive: true, force: true })),
    what: `unfinished ${path.slice(root.length + 1)}`,
  }));
}

const nothing = async () => undefined;

function files(kind: PrunableKind, adapter: string | null, removeFiles: () => Promise<void>) {
  return { kind, adapter, bytes: 0, isDamaged: false, removeRows: nothing, removeFiles } as const;
}
