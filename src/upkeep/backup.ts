/**
 * Backs a workspace up while it is in use.
 *
 * The database is saved first, and the versions that it names are read afterwards. That order makes the two fit each
 * other: a version is published before its row is committed and never changes, so every version that the saved rows
 * name is whole when it is read. In the other order a version could be proposed between the two, and the saved rows
 * would name one that the backup lacks.
 */
import { existsSync } from 'node:fs';
import { mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { EspalierError } from '../core/errors.js';
import { privateFolder, renameDurably } from '../core/files.js';
import { sweepBeside, unfinishedName } from '../core/left-behind.js';
import type { Progress } from '../core/progress.js';
import { errorWith } from '../core/trouble.js';
import { findPrunedVersions } from '../store/audit.js';
import { findChampionVersion, listKnownAdapters, listVersions } from '../store/candidates.js';
import { openStore } from '../store/database.js';
import { saveMoment } from '../store/save-moment.js';
import { requireSoundVersion } from '../versions/sound-version.js';
import { listVersionFiles, sizeOfVersion } from '../versions/version-folder.js';
import type { VersionName, Versions } from '../versions/versions.js';
import { ArchiveWriter } from './archive.js';
import { listDeclaredFiles } from './declared-files.js';
import { errorAt } from './named-target.js';
import type { UpkeepSite } from './site.js';

export interface Backup {
  /** Its path. */
  readonly file: string;
  readonly bytes: number;
  /** Files in it. */
  readonly files: number;
  readonly versions: readonly VersionName[];
  /** Versions that are damaged or gone, though nobody pruned them; the backup lacks them. */
  readonly missing: readonly (VersionName & { readonly why: string })[];
}

export const databaseName = 'database/espalier.db';

/**
 * @param file must not be there
 * @throws FILE_EXISTS, ADAPTER_INVALID where a champion is damaged, STORE_CORRUPT, INTERRUPTED, DISK_FULL
 */
export async function backUp(site: UpkeepSite, file: string): Promise<Backup> {
  requireAbsent(file);
  const folder = unfinishedName(file);
  try {
    await sweepBeside(file, new Date());
    await mkdir(folder, { mode: privateFolder });
    const backup = await writeBackup(site, { file, folder });
    requireAbsent(file);
    await renameDurably(join(folder, 'archive'), file);
    return backup;
  } catch (thrown) {
    throw errorAt(thrown, { unfinished: folder, target: file });
  } finally {
    await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  }
}

interface Target {
  readonly file: string;
  /** Where it is put together. */
  readonly folder: string;
}

async function writeBackup(site: UpkeepSite, { file, folder }: Target): Promise<Backup> {
  const { workspace, versions, signal, progress, now } = site;
  const saved = join(folder, 'espalier.db');
  progress.begin('database');
  await saveMoment(site.store, saved, { signal, progress: (done, total) => progress.advance(done, total, 'rows') });
  const { whole, missing } = await sortVersions(site, saved);
  progress.end(`${whole.length} versions belong to it`);
  progress.begin('write');
  const onBytes = countBytes(progress, await sizeOf(versions, whole, saved));
  const archive = join(folder, 'archive');
  const writer = new ArchiveWriter(archive, { now, signal, onBytes });
  try {
    await writer.addFile(databaseName, saved);
    for (const path of await listDeclaredFiles(workspace))
      await writer.addFile(`workspace/${path}`, join(workspace.root, path));
    for (const version of whole) {
      for await (const { name, content } of listVersionFiles(versions, version))
        await writer.addBytes(trainedName(version, name), content);
    }
    const files = await writer.finish(archive);
    progress.end(`${files.length} files`);
    return { file, bytes: (await stat(archive)).size, files: files.length, versions: whole, missing };
  } finally {
    await writer.abandon();
  }
}

/** Tells the progress in megabytes. */
export function countBytes(progress: Progress, total: number): (bytes: number) => void {
  const counted = { bytes: 0 };
  return (bytes) => {
    counted.bytes += bytes;
    progress.advance(Math.floor(counted.bytes / megabyte), Math.max(1, Math.ceil(total / megabyte)), 'MB');
  };
}

const megabyte = 1_000_000;

async function sizeOf(versions: Versions, whole: readonly VersionName[], saved: string): Promise<number> {
  let bytes = (await stat(saved)).size;
  for (const version of whole) bytes += await sizeOfVersion(versions, version);
  return bytes;
}

export const trainedName = ({ adapter, version }: VersionName, file: string) => `trained/${adapter}/${version}/${file}`;

type Sorted = Pick<Backup, 'missing'> & { readonly whole: readonly VersionName[] };

/** The versions that the saved rows name. @throws ADAPTER_INVALID where a champion is not whole */
async function sortVersions({ versions }: UpkeepSite, saved: string): Promise<Sorted> {
  const store = await openStore(saved);
  try {
    const sorted = { whole: [] as VersionName[], missing: [] as Backup['missing'][number][] };
    for (const adapter of await listKnownAdapters(store.queries)) {
      const champion = await findChampionVersion(store.queries, adapter);
      const pruned = await findPrunedVersions(store.queries, adapter);
      for (const number of await listVersions(store.queries, adapter)) {
        if (pruned.has(number)) continue;
        const version = { adapter, version: number };
        const damage = await errorWith('ADAPTER_INVALID', requireSoundVersion(versions, store.queries, version));
        if (damage && number === champion) throw damage;
        if (damage) sorted.missing.push({ ...version, why: damage.message });
        else sorted.whole.push(version);
      }
    }
    return sorted;
  } finally {
    await store.close();
  }
}

export function requireAbsent(file: string): void {
  if (!existsSync(file)) return;
  throw new EspalierError('FILE_EXISTS', `${file} is there already`, { at: { file } });
}
