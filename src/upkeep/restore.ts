/** Makes a workspace of a backup. It is put together beside its folder and moved there when every hash was checked. */
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { EspalierError } from '../core/errors.js';
import { diskError, privateFolder, renameDurably } from '../core/files.js';
import { sweepBeside, unfinishedName } from '../core/left-behind.js';
import type { Progress } from '../core/progress.js';
import { findChampionVersion, listKnownAdapters } from '../store/candidates.js';
import { openStore, type Queries } from '../store/database.js';
import { findUnfinishedRun } from '../store/unfinished.js';
import { publishFiles } from '../versions/publish.js';
import { requireSoundVersion } from '../versions/sound-version.js';
import type { VersionName, Versions } from '../versions/versions.js';
import { type ArchivedFile, invalidBackup, readArchive } from './archive.js';
import { countBytes, databaseName } from './backup.js';
import { isDeclaredPath } from './declared-files.js';
import { errorAt } from './named-target.js';

export interface RestoreRequest {
  readonly file: string;
  /** A folder that is new or empty. */
  readonly into: string;
  /** The place of the versions of a workspace, by its root. */
  readonly placeAt: (root: string) => Versions;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

export interface Restored {
  /** The folder. */
  readonly workspace: string;
  /** Files whose hash was checked. */
  readonly files: number;
  readonly adapters: readonly RestoredAdapter[];
}

export interface RestoredAdapter {
  readonly name: string;
  /** It is whole; null: none serves. */
  readonly champion: number | null;
  readonly versions: number;
  /** A run that had not ended; what it had trained is not in a backup. */
  readonly unfinishedRun: number | null;
}

/** @throws FILE_EXISTS, FILE_NOT_FOUND, BACKUP_INVALID, STORE_NEWER, INTERRUPTED, DISK_FULL */
export async function restore(request: RestoreRequest): Promise<Restored> {
  const { file, into } = request;
  await requireEmptyFolder(into);
  const root = unfinishedName(into);
  try {
    await mkdir(dirname(into), { recursive: true });
    await sweepBeside(into, new Date());
    const restored = await buildWorkspace(request, root);
    await requireEmptyFolder(into);
    if (existsSync(into)) await rmdir(into);
    await renameDurably(root, into);
    return restored;
  } catch (thrown) {
    throw existsSync(file) ? errorAt(thrown, { unfinished: root, target: into }) : diskError(thrown, file);
  } finally {
    await rm(root, { recursive: true, force: true }).catch(() => undefined);
  }
}

async function buildWorkspace({ file, into, placeAt, progress, signal }: RestoreRequest, root: string) {
  const incoming = join(root, 'incoming');
  for (const folder of [root, incoming, join(root, 'adapters'), join(root, 'replay-store')])
    await mkdir(folder, { mode: privateFolder });
  progress.begin('read');
  const onBytes = countBytes(progress, (await stat(file)).size);
  const files = await readArchive(file, (name) => pathIn(root, name, file), { signal, onBytes });
  progress.end(`${files.length} files: every hash is that of the backup`);
  progress.begin('versions');
  const versions = placeAt(root);
  const trained = versionsAmong(files);
  for (const [index, { name, files: parts }] of trained.entries()) {
    await publishFiles(versions, name, new Map(await Promise.all(parts.map((part) => readPart(root, part)))));
    progress.advance(index + 1, trained.length, 'versions');
  }
  await rm(incoming, { recursive: true });
  const adapters = await describeRestored(join(root, 'replay-store', 'espalier.db'), versions, file);
  progress.end(`${trained.length} versions`);
  return { workspace: into, files: files.length, adapters };
}

const trainedPattern = /^trained\/([a-z0-9][a-z0-9-]*)\/([1-9]\d*)\/(\w[\w.-]*)$/;

/** Files of versions wait in a folder of their own until their place takes them. @throws BACKUP_INVALID */
async function pathIn(root: string, name: string, file: string): Promise<string> {
  const path = placeOf(root, name);
  if (path === undefined) throw invalidBackup(file, `it holds ${name}`);
  await mkdir(dirname(path), { recursive: true, mode: privateFolder });
  return path;
}

function placeOf(root: string, name: string): string | undefined {
  if (name === databaseName) return join(root, 'replay-store', 'espalier.db');
  if (trainedPattern.test(name)) return join(root, 'incoming', name);
  const declared = name.startsWith('workspace/') ? name.slice('workspace/'.length) : '';
  return isDeclaredPath(declared) ? join(root, declared) : undefined;
}

interface TrainedVersion {
  readonly name: VersionName;
  readonly files: readonly { readonly name: string; readonly entry: string }[];
}

function versionsAmong(files: readonly ArchivedFile[]): TrainedVersion[] {
  const found = new Map<string, { name: VersionName; files: { name: string; entry: string }[] }>();
  for (const { name: entry } of files) {
    const [, adapter, version, name] = trainedPattern.exec(entry) ?? [];
    if (adapter === undefined) continue;
    const key = `${adapter}/${version}`;
    if (!found.has(key)) found.set(key, { name: { adapter, version: Number(version) }, files: [] });
    found.get(key)!.files.push({ name: name!, entry });
  }
  return [...found.values()];
}

async function readPart(root: string, { name, entry }: TrainedVersion['files'][number]) {
  return [name, await readFile(join(root, 'incoming', entry))] as const;
}

/** @throws BACKUP_INVALID where a champion is not whole */
async function describeRestored(database: string, versions: Versions, file: string): Promise<RestoredAdapter[]> {
  if (!existsSync(database)) throw invalidBackup(file, 'it has no database');
  const store = await openStore(database);
  try {
    const names = await listKnownAdapters(store.queries);
    const adapters: RestoredAdapter[] = [];
    for (const name of names) adapters.push(await describeAdapter(store.queries, versions, name));
    return adapters;
  } finally {
    await store.close();
  }
}

async function describeAdapter(queries: Queries, versions: Versions, name: string): Promise<RestoredAdapter> {
  const champion = await findChampionVersion(queries, name);
  if (champion !== null) await requireSoundVersion(versions, queries, { adapter: name, version: champion });
  const run = await findUnfinishedRun(queries, name);
  return { name, champion, versions: (await versions.list(name)).length, unfinishedRun: run?.id ?? null };
}

async function requireEmptyFolder(folder: string): Promise<void> {
  if (!existsSync(folder)) return;
  const names = await readdir(folder).catch((thrown: unknown) => {
    throw diskError(thrown, folder);
  });
  if (names.length === 0) return;
  throw new EspalierError('FILE_EXISTS', `${folder} is not empty`, { at: { file: folder } });
}
