/**
 * Checks that the files of a version are those that were proposed. It runs before a version begins to serve, so that a
 * damaged or swapped version never does.
 */
import { EspalierError } from '../core/errors.js';
import { findPrunedVersions } from '../store/audit.js';
import { findManifestHash } from '../store/candidates.js';
import type { Queries } from '../store/database.js';
import { type Manifest, readHashedManifest, versionFiles } from './manifest.js';
import { requireSoundFiles } from './version-folder.js';
import type { VersionName, Versions } from './versions.js';

/**
 * The manifest, which must belong to this version and, if the store has its hash, be exactly the proposed one.
 * @throws ADAPTER_INVALID, VERSION_PRUNED
 */
export async function readSoundManifest(versions: Versions, queries: Queries, version: VersionName): Promise<Manifest> {
  await refusePruned(queries, version);
  const { manifest, sha256 } = await readHashedManifest(versions, version);
  const proposed = await findManifestHash(queries, version.adapter, version.version);
  if (proposed === null || proposed === sha256) return manifest;
  const file = versions.whereIs(version, versionFiles.manifest);
  const what = 'is not the manifest that was proposed: somebody edited it';
  throw new EspalierError('ADAPTER_INVALID', `${file} ${what}`, { at: { file } });
}

/**
 * Checks the manifest and every file that it names. Cost: each file is read once.
 * @throws ADAPTER_INVALID, VERSION_PRUNED
 */
export async function requireSoundVersion(versions: Versions, queries: Queries, version: VersionName): Promise<void> {
  const { adapter, version: number } = version;
  await refusePruned(queries, version);
  if (!(await versions.list(adapter)).includes(number))
    throw new EspalierError('ADAPTER_INVALID', `${adapter} version ${number} has no folder`, {
      at: { file: versions.whereIs(version) },
    });
  await requireSoundFiles(versions, await readSoundManifest(versions, queries, version));
}

/**
 * Refuses a version once the audit records its removal, whether its files still exist or not.
 * @throws VERSION_PRUNED
 */
export async function refusePruned(queries: Queries, { adapter, version }: VersionName): Promise<void> {
  if (!(await findPrunedVersions(queries, adapter)).has(version)) return;
  throw new EspalierError('VERSION_PRUNED', `version ${version} of ${adapter} was removed by \`espalier prune\``);
}
