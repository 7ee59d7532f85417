/**
 * A second place for versions, as an object store would be one: content lies under its SHA-256 alone, a version is its
 * manifest under its number, and no folder holds the files of a version side by side.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { EspalierError } from '#espalier/core/errors.js';
import type { Content } from '#espalier/core/files.js';
import type { ContenderName, FileKey, Owner, RunName, VersionName, Versions } from '#espalier/versions/versions.js';

export class HashedVersions implements Versions {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  async list(adapter: string): Promise<number[]> {
    const names = await readdir(join(this.#root, 'versions', adapter)).catch(() => []);
    return names.map(Number).sort((a, b) => a - b);
  }

  whereIs(owner: Owner, file?: string): string {
    const name = 'version' in owner ? `version ${owner.version}` : `run ${owner.run} by ${owner.strategy}`;
    return `hashed:${owner.adapter}, ${name}${file === undefined ? '' : `, ${file}`}`;
  }

  readManifest(version: VersionName): Promise<Buffer | undefined> {
    return readIfThere(this.#manifest(version));
  }

  async read(owner: Owner, { sha256 }: FileKey): Promise<Buffer | undefined> {
    return this.#isThere(owner) ? readIfThere(this.#blob(sha256)) : undefined;
  }

  async localFile(owner: Owner, { sha256 }: FileKey): Promise<string | undefined> {
    if (!this.#isThere(owner) || !existsSync(this.#blob(sha256))) return undefined;
    const path = join(this.#root, 'cache', `${sha256}.local`);
    await mkdir(dirname(path), { recursive: true });
    await copyFile(this.#blob(sha256), path);
    return path;
  }

  async stage(contender: ContenderName, _file: string, content: Content): Promise<string> {
    const bytes = Array.isArray(content)
      ? Buffer.concat(content as Uint8Array[])
      : Buffer.from(content as string | Uint8Array);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    await write(this.#blob(sha256), bytes);
    await write(this.#staged(contender), '');
    return sha256;
  }

  async isStaged(contender: ContenderName): Promise<boolean> {
    return existsSync(this.#staged(contender));
  }

  writeRecord(contender: ContenderName, record: string): Promise<void> {
    return write(this.#record(contender), record);
  }

  async readRecord(contender: ContenderName): Promise<string | undefined> {
    return (await readIfThere(this.#record(contender)))?.toString();
  }

  async publish(contender: ContenderName, version: number, manifest: string): Promise<void> {
    const name = { adapter: contender.adapter, version };
    const file = this.#manifest(name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, manifest, { flag: 'wx' }).catch(() => {
      throw new EspalierError('VERSION_EXISTS', `${this.whereIs(name)} is there already`);
    });
    await rm(this.#staged(contender));
  }

  async remove(version: VersionName): Promise<void> {
    await rm(this.#manifest(version), { force: true });
  }

  async listRuns(adapter: string): Promise<number[]> {
    const names = await readdir(join(this.#root, 'runs', adapter)).catch(() => []);
    return names.map(Number).sort((a, b) => a - b);
  }

  async discard({ adapter, run }: RunName): Promise<void> {
    await rm(join(this.#root, 'runs', adapter, String(run)), { recursive: true, force: true });
  }

  async discardAll(adapter: string): Promise<void> {
    await rm(join(this.#root, 'runs', adapter), { recursive: true, force: true });
  }

  #isThere(owner: Owner): boolean {
    return existsSync('version' in owner ? this.#manifest(owner) : this.#staged(owner));
  }

  readonly #blob = (sha256: string) => join(this.#root, 'blobs', sha256);
  readonly #manifest = ({ adapter, version }: VersionName) => join(this.#root, 'versions', adapter, String(version));
  readonly #staged = ({ adapter, run, strategy }: ContenderName) =>
    join(this.#root, 'runs', adapter, String(run), `${strategy}.staged`);
  readonly #record = ({ adapter, run, strategy }: ContenderName) =>
    join(this.#root, 'runs', adapter, String(run), `${strategy}.record`);
}

async function write(path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
}

async function readIfThere(path: string): Promise<Buffer | undefined> {
  return existsSync(path) ? readFile(path) : undefined;
}
