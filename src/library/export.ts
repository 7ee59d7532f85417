/** Writes a version for other programs: adapter.onnx alone, or joined with its encoder. */
import { copyFile, stat } from 'node:fs/promises';
import { EspalierError } from '../core/errors.js';
import { diskError } from '../core/files.js';
import { defaultCacheFolder, readDeclaration } from '../declaration/workspace.js';
import { withEncoderOf } from '../serving/champion.js';
import { exportFused } from '../serving/export-fused.js';
import { findChampionVersion } from '../store/candidates.js';
import { requireSameEncoder } from '../update/plan.js';
import { readSoundManifest } from '../versions/sound-version.js';
import { adapterFile } from '../versions/version-folder.js';
import type { Site } from './site.js';

export interface ExportSettings {
  /** The path of the ONNX file. */
  readonly file: string;
  /** Without it the champion. */
  readonly version?: number | undefined;
  /**
   * `fused`: encoder and adapter in one model, with a script in Python, the tokenizer and a README beside it.
   * `adapter`: adapter.onnx as it is.
   */
  readonly what: 'fused' | 'adapter';
}

export interface ExportedVersion {
  readonly adapter: string;
  readonly version: number;
  readonly files: readonly string[];
  /** Size of the ONNX file. */
  readonly bytes: number;
}

/** @throws NO_CHAMPION, ADAPTER_INVALID, ENCODER_MISMATCH, EXPORT_IMPOSSIBLE, DISK_FULL */
export async function exportVersion(
  site: Site,
  adapter: string,
  { file, version: named, what }: ExportSettings,
): Promise<ExportedVersion> {
  const { workspace, store, versions } = site;
  const declaration = await readDeclaration(workspace, adapter);
  const version = named ?? (await findChampionVersion(store.queries, adapter));
  if (version === null) throw new EspalierError('NO_CHAMPION', `${adapter} has no champion`);
  const manifest = await readSoundManifest(versions, store.queries, { adapter, version });
  if (what === 'adapter') {
    const bytes = await copyTo(file, await adapterFile(versions, manifest));
    return { adapter, version, files: [file], bytes };
  }
  const encoder = await site.openEncoder(withEncoderOf(manifest, declaration));
  requireSameEncoder(manifest.encoder, encoder, { adapter, what: `version ${version}` });
  const where = { cacheFolder: defaultCacheFolder(site.environment), baseFolder: workspace.root };
  const fused = { encoder, where, manifest, adapter: await adapterFile(versions, manifest), file };
  return { adapter, version, ...(await exportFused(fused)) };
}

async function copyTo(file: string, source: string): Promise<number> {
  try {
    await copyFile(source, file);
    return (await stat(file)).size;
  } catch (thrown) {
    throw diskError(thrown, file);
  }
}
