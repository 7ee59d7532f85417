/**
 * Whether the files of a version are those that were proposed. Asked before a version begins to serve, so that what is
 * damaged or swapped never does.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { EspalierError } from '../core/errors.js';
import { sha256OfFile } from '../core/hash.js';
import { versionFolder, type Workspace } from '../declaration/workspace.js';
import { findManifestHash } from '../store/candidates.js';
import type { Queries } from '../store/database.js';
import { type Manifest, readManifest, verifiedFile, versionFiles } from './version-folder.js';

export interface VersionName {
  readonly adapter: string;
  readonly version: number;
}

/**
 * The manifest, which must be that of this version and, where the store knows its hash, the very one that was proposed.
 * @throws ADAPTER_INVALID
 */
export async function readSoundManifest(
  workspace: Workspace,
  queries: Queries,
  { adapter, version }: VersionName,
): Promise<Manifest> {
  const folder = versionFolder(workspace, adapter, version);
  const manifest = await readManifest(folder);
  const file = join(folder, versionFiles.manifest);
  const refuse = (what: string) => new EspalierError('ADAPTER_INVALID', `${file} ${what}`, { at: { file } });
  if (manifest.adapter !== adapter || manifest.version !== version)
    throw refuse(`is of ${manifest.adapter} version ${manifest.version}: the folder was put in another's place`);
  const proposed = await findManifestHash(queries, adapter, version);
  if (proposed !== null && proposed !== (await sha256OfFile(file)))
    throw refuse('is not the manifest that was proposed: somebody edited it');
  return manifest;
}

/** The manifest and every file that it names. Cost: the files are read once. @throws ADAPTER_INVALID */
export async function requireSoundVersion(workspace: Workspace, queries: Queries, version: VersionName): Promise<void> {
  const folder = versionFolder(workspace, version.adapter, version.version);
  if (!existsSync(folder))
    throw new EspalierError('ADAPTER_INVALID', `${version.adapter} version ${version.version} has no folder`, {
      at: { file: folder },
    });
  const manifest = await readSoundManifest(workspace, queries, version);
  for (const name of Object.keys(manifest.files)) await verifiedFile(folder, manifest, name);
}
