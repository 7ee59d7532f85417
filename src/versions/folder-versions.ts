/**
 * Versions in a folder of this machine:
 *
 *   <adapter>/versions/<n>/              a version: its files, and manifest.json
 *   <adapter>/runs/<run>/<strategy>/     the staged files of a contender
 *   <adapter>/runs/<run>/<strategy>.json its record
 *
 * A version is published by renaming the contender's folder, so that it appears whole.
 */
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { EspalierError, systemCodeOf } from '../core/errors.js';
import { type Content, diskError, privateFolder, renameDurably, writePrivateFile } from '../core/files.js';
import { sha256OfFile } from '../core/hash.js';
import { removeUnfinished, unfinishedName } from '../core/left-behind.js';
import type { Workspace } from '../declaration/workspace.js';
import { versionFiles } from './manifest.js';
import type { ContenderName, FileKey, Owner, RunName, VersionName, Versions } from './versions.js';

/** The versions of a workspace, in its folder `adapters`. */
export function versionsOf({ root }: Pick<Workspace, 'root'>): Versions {
  return new FolderVersions(join(root, 'adapters'));
}

class FolderVersions implements Versions {
  /** The folder that contains a folder for each adapter. */
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  list(adapter: string): Promise<number[]> {
    return numbersIn(join(this.#root, adapter, 'versions'));
  }

  whereIs(owner: Owner, file?: string): string {
    const folder = this.#folderOf(owner);
    return file === undefined ? folder : join(folder, file);
  }

  readManifest(version: VersionName): Promise<Buffer | undefined> {
    return readIfThere(this.whereIs(version, versionFiles.manifest));
  }

  read(owner: Owner, { name }: FileKey): Promise<Buffer | undefined> {
    return readIfThere(this.whereIs(owner, name));
  }

  async localFile(owner: Owner, { name }: FileKey): Promise<string | undefined> {
    const file = this.whereIs(owner, name);
    return existsSync(file) ? file : undefined;
  }

  /** Hashes the file as read back, since a disk may have written something else. */
  async stage(contender: ContenderName, name: string, content: Content): Promise<string> {
    const file = this.whereIs(contender, name);
    await writePrivateFile(file, content);
    return translated(file, sha256OfFile(file));
  }

  async isStaged(contender: ContenderName): Promise<boolean> {
    return existsSync(this.#folderOf(contender));
  }

  writeRecord(contender: ContenderName, record: string): Promise<void> {
    return writePrivateFile(this.#recordOf(contender), record);
  }

  async readRecord(contender: ContenderName): Promise<string | undefined> {
    return (await readIfThere(this.#recordOf(contender)))?.toString('utf8');
  }

  async publish(contender: ContenderName, version: number, manifest: string): Promise<void> {
    const from = this.#folderOf(contender);
    const to = this.#folderOf({ adapter: contender.adapter, version });
    await writePrivateFile(join(from, versionFiles.manifest), manifest);
    await translated(to, moveWhole(from, to));
  }

  /** Renames the folder in one step, then removes it; a process killed in between leaves an unfinished name behind. */
  async remove(version: VersionName): Promise<void> {
    const folder = this.#folderOf(version);
    if (!existsSync(folder)) return;
    const aside = unfinishedName(folder);
    await translated(folder, renameDurably(folder, aside));
    await removeFolder(aside);
  }

  listRuns(adapter: string): Promise<number[]> {
    return numbersIn(join(this.#root, adapter, 'runs'));
  }

  async discard({ adapter, run }: RunName): Promise<void> {
    await removeFolder(join(this.#root, adapter, 'runs', String(run)));
  }

  async discardAll(adapter: string): Promise<void> {
    await removeFolder(join(this.#root, adapter, 'runs'));
  }

  #folderOf(owner: Owner): string {
    const adapter = join(this.#root, owner.adapter);
    return 'version' in owner
      ? join(adapter, 'versions', String(owner.version))
      : join(adapter, 'runs', String(owner.run), owner.strategy);
  }

  #recordOf(contender: ContenderName): string {
    return `${this.#folderOf(contender)}.json`;
  }
}

/** @throws VERSION_EXISTS */
async function moveWhole(from: string, to: string): Promise<void> {
  await removeUnfinished(from);
  await mkdir(dirname(to), { recursive: true, mode: privateFolder });
  if (existsSync(to)) throw versionExists(to);
  try {
    await renameDurably(from, to);
  } catch (thrown) {
    // Another process has just moved its folder there.
    throw ['ENOTEMPTY', 'EEXIST'].includes(systemCodeOf(thrown) ?? '') ? versionExists(to) : thrown;
  }
}

function versionExists(folder: string): EspalierError {
  return new EspalierError('VERSION_EXISTS', `${folder} is there already`, { at: { file: folder } });
}

async function readIfThere(file: string): Promise<Buffer | undefined> {
  if (!existsSync(file)) return undefined;
  return translated(file, readFile(file));
}

/** Names in the folder that are whole numbers, in ascending order; empty if there is no such folder. */
async function numbersIn(folder: string): Promise<number[]> {
  const names = existsSync(folder) ? await translated(folder, readdir(folder)) : [];
  const numbers = names.filter((name) => /^[1-9]\d*$/.test(name)).map(Number);
  return numbers.sort((a, b) => a - b);
}

async function removeFolder(folder: string): Promise<void> {
  await translated(folder, rm(folder, { recursive: true, force: true }));
}

/** Translates errors of the file system at `path` to those of the catalogue. */
async function translated<T>(path: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (thrown) {
    throw diskError(thrown, path);
  }
}
