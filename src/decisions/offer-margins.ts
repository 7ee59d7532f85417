/** Scores examples by a version's head, for replay policies that need scores. */
import { labelsIn } from '../core/label-sets.js';
import { portionsOf } from '../core/sequences.js';
import { classKey } from '../declaration/tasks.js';
import { fillNgrams } from '../encoder/ngrams.js';
import type { MarginsOf, Scored } from '../replay/admission.js';
import { marginOf } from '../replay/margins.js';
import type { Store } from '../store/database.js';
import { type EmbeddingSpace, findEmbeddings } from '../store/embeddings.js';
import { readExampleTexts } from '../store/examples.js';
import { type AdapterSession, openVersionAdapter } from '../versions/adapter-session.js';
import type { Manifest } from '../versions/manifest.js';
import { readSoundManifest } from '../versions/sound-version.js';
import type { VersionName, Versions } from '../versions/versions.js';

export interface ScoringVersion {
  readonly store: Store;
  readonly versions: Versions;
  readonly version: VersionName;
  /** Where the vectors of the examples are stored; undefined if unknown, and then nothing is scored. */
  readonly space: EmbeddingSpace | undefined;
}

/** Largest number of vectors, with their counts of n-grams, in memory at once. */
const sliceSize = 1024;

/**
 * Margins of examples that have a stored vector and a label that the version knows.
 * @throws ADAPTER_INVALID where the version is damaged
 */
export function marginsBy({ store, versions, version, space }: ScoringVersion): MarginsOf {
  return async (examples) => {
    const margins = new Map<number, number>();
    if (space === undefined || examples.length === 0) return margins;
    const manifest = await readSoundManifest(versions, store.queries, version);
    const session = await openVersionAdapter(versions, manifest);
    try {
      for (const slice of portionsOf(examples, sliceSize))
        await scoreSlice(slice, { store, space, manifest, session, margins });
    } finally {
      await session.close();
    }
    return margins;
  };
}

interface Scoring {
  readonly store: Store;
  readonly space: EmbeddingSpace;
  readonly manifest: Manifest;
  readonly session: AdapterSession;
  /** Example id -> margin, filled slice by slice. */
  readonly margins: Map<number, number>;
}

async function scoreSlice(
  slice: readonly Scored[],
  { store, space, manifest, session, margins }: Scoring,
): Promise<void> {
  const found = await findEmbeddings(store, space, [...new Set(slice.map(({ hash }) => hash))]);
  const known = slice.filter(({ hash }) => found.has(hash));
  if (known.length === 0) return;
  const { dimension, lexical = 0 } = manifest.headShape;
  const vectors = new Float32Array(known.length * dimension);
  for (const [row, { hash }] of known.entries()) vectors.set(found.get(hash)!, row * dimension);
  if (lexical > 0) {
    const texts = await readExampleTexts(
      store.queries,
      known.map(({ id }) => id),
    );
    await fillNgrams(
      known.map(({ id }) => texts.get(id)!),
      vectors,
      { dense: dimension - lexical, lexical },
    );
  }
  const outputs = await session.run(vectors, dimension);
  const marginIn = marginReader(manifest);
  for (const [row, example] of known.entries()) {
    const margin = marginIn(example, outputs[row]!.probabilities);
    if (margin !== undefined) margins.set(example.id, margin);
  }
}

function marginReader({ classes, multiLabel = [] }: Manifest) {
  const numbers = new Map(classes.map((one, index) => [classKey(one), index]));
  return ({ task, label }: Scored, probabilities: Float32Array) => {
    const isSet = multiLabel.includes(task);
    const truth = labelsIn({ multiLabel: isSet }, label).map((own) => numbers.get(classKey({ task, label: own })));
    const own = [...classes.keys()].filter((index) => classes[index]!.task === task);
    return marginOf(probabilities, truth, { classes: own, multiLabel: isSet });
  };
}
