/** The champion of an adapter, ready to answer. */
import type { AdapterDeclaration } from '../core/declaration.js';
import { EspalierError } from '../core/errors.js';
import { normaliseText } from '../core/text.js';
import { versionFolder, type Workspace } from '../core/workspace.js';
import type { Encoder } from '../encoder/encoder.js';
import { openAdapter } from '../evaluation/adapter.js';
import { findChampionVersion } from '../store/candidates.js';
import type { Store } from '../store/database.js';
import { readManifest, verifiedFile, versionFiles } from '../training/versions.js';
import { requireSameEncoder } from './plan.js';

export interface Prediction {
  readonly text: string;
  readonly label: string;
  /** Probability of the label, calibrated by temperature. */
  readonly confidence: number;
  readonly version: number;
}

export interface Champion {
  readonly version: number;
  predict(texts: readonly string[]): Promise<Prediction[]>;
  close(): Promise<void>;
}

/** @throws NO_CHAMPION, ENCODER_MISMATCH, ADAPTER_INVALID */
export async function openChampion(
  { workspace, store, encoder }: { workspace: Workspace; store: Store; encoder: Encoder },
  { name }: AdapterDeclaration,
): Promise<Champion> {
  const version = await findChampionVersion(store.queries, name);
  if (version === null) throw new EspalierError('NO_CHAMPION', `${name} has no champion`);
  const folder = versionFolder(workspace, name, version);
  const manifest = await readManifest(folder);
  requireSameEncoder(manifest.encoder, encoder, `${name} version ${version}`);
  const adapter = await openAdapter(await verifiedFile(folder, manifest, versionFiles.onnx), manifest.classes);
  return {
    version,
    async predict(texts) {
      // Not through the cache: what is asked in passing is nobody's to keep.
      const vectors = await encoder.encode(texts.map(normaliseText));
      const outputs = await adapter.run(vectors, encoder.dimension);
      return outputs.map(({ label, confidence }, index) => ({ text: texts[index]!, label, confidence, version }));
    },
    close: () => adapter.close(),
  };
}
