/** A champion whose examples are inspected: what it was trained on, and the encoder that made its vectors. */
import { availableParallelism } from 'node:os';
import { EspalierError } from '../core/errors.js';
import type { AdapterDeclaration } from '../declaration/declaration.js';
import type { Encoder } from '../encoder/encoder.js';
import { openChampionEncoder, type ServingContext } from '../serving/champion.js';
import { findChampionVersion } from '../store/candidates.js';
import type { Store } from '../store/database.js';
import type { Rename } from '../store/edits.js';
import { type LearnedRecord, readLearned } from '../store/learned.js';
import type { TrainedHead } from '../training/job.js';
import { listRenamesSince } from '../update/renames.js';
import type { Manifest } from '../versions/manifest.js';
import { readSoundManifest } from '../versions/sound-version.js';
import { readTrained } from '../versions/version-folder.js';

export interface InspectedChampion {
  readonly declaration: AdapterDeclaration;
  readonly manifest: Manifest;
  readonly trained: TrainedHead;
  readonly learned: LearnedRecord;
  /** Labels that were renamed since it was trained. */
  readonly renames: readonly Rename[];
  readonly store: Store;
  readonly encoder: Encoder;
}

/** Threads of one matrix product: more gain nothing. */
export const inspectionThreads = Math.min(4, availableParallelism());

/** @throws NO_CHAMPION, ENCODER_MISMATCH, ADAPTER_INVALID */
export async function openInspected(
  context: ServingContext,
  declaration: AdapterDeclaration,
): Promise<InspectedChampion> {
  const { store, versions } = context;
  const { name: adapter } = declaration;
  const version = await findChampionVersion(store.queries, adapter);
  if (version === null) throw new EspalierError('NO_CHAMPION', `${adapter} has no champion`);
  const encoder = await openChampionEncoder(context, declaration);
  const manifest = await readSoundManifest(versions, store.queries, { adapter, version });
  return {
    ...{ declaration, manifest, store, encoder },
    trained: await readTrained(versions, manifest),
    learned: await readLearned(store.queries, { adapter, version }),
    renames: await listRenamesSince(store.queries, { adapter, version }),
  };
}
