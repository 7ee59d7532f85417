/** Makes a contender a version. */
import { EspalierError } from '../core/errors.js';
import { type Manifest, parseManifest, readHashedManifest, readManifestAt, versionFiles } from './manifest.js';
import { requireSoundFiles } from './version-folder.js';
import type { ContenderName, VersionName, Versions } from './versions.js';

/**
 * Publishes the contender under the number that its manifest names, and discards the others of its run. A process that
 * was killed after the version had appeared finds its own version when resumed, and does nothing more.
 * @param beforehand is called once the files are verified to be those that were trained, just before the version
 * appears
 * @returns SHA-256 of the manifest
 * @throws ADAPTER_INVALID where a file is not the one that was trained, or the manifest could not be read again
 * @throws VERSION_EXISTS where the number is another version's
 */
export async function publishVersion(
  versions: Versions,
  contender: ContenderName,
  manifest: Manifest,
  beforehand: () => Promise<void>,
): Promise<string> {
  if (await wasPublished(versions, contender, manifest)) await requireSame(versions, manifest);
  else {
    const text = `${JSON.stringify(manifest, null, 2)}\n`;
    parseManifest(Buffer.from(text), versions.whereIs(contender, versionFiles.manifest));
    await requireSoundFiles(versions, { ...contender, files: manifest.files });
    await beforehand();
    await versions.publish(contender, manifest.version, text);
  }
  await versions.discard(contender);
  return (await readHashedManifest(versions, manifest)).sha256;
}

async function wasPublished(versions: Versions, contender: ContenderName, version: VersionName): Promise<boolean> {
  if (await versions.isStaged(contender)) return false;
  return (await versions.list(version.adapter)).includes(version.version);
}

/** @throws VERSION_EXISTS where another run has published its version there */
async function requireSame(versions: Versions, { adapter, version, createdAt }: Manifest): Promise<void> {
  const place = versions.whereIs({ adapter, version });
  const { manifest: found } = await readManifestAt(versions, { adapter, version });
  const isSame = found.createdAt === createdAt && found.version === version && found.adapter === adapter;
  if (!isSame) throw new EspalierError('VERSION_EXISTS', `${place} is of another update`, { at: { file: place } });
}

/** Publishes a version unchanged, from the bytes of its files and its manifest. @throws VERSION_EXISTS, ADAPTER_INVALID */
export async function publishFiles(
  versions: Versions,
  name: VersionName,
  files: ReadonlyMap<string, Uint8Array>,
): Promise<void> {
  const manifest = files.get(versionFiles.manifest);
  if (manifest === undefined) {
    const file = versions.whereIs(name, versionFiles.manifest);
    throw new EspalierError('ADAPTER_INVALID', `${file} is missing`, { at: { file } });
  }
  const contender = { adapter: name.adapter, run: name.version, strategy: 'published' };
  for (const [file, bytes] of files) if (file !== versionFiles.manifest) await versions.stage(contender, file, bytes);
  await versions.publish(contender, name.version, Buffer.from(manifest).toString('utf8'));
  await versions.discard(contender);
}
