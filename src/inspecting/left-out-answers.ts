/** What the champion would answer for examples that it learned, had it not learned them. */
import { EspalierError } from '../core/errors.js';
import type { Progress } from '../core/progress.js';
import { encodeCached } from '../encoder/cached.js';
import type { StandingExample } from '../store/standings.js';
import { buildJob } from '../training/build-job.js';
import type { TrainingJob } from '../training/job.js';
import { leftOutProbabilities } from '../training/ridge/left-out-probabilities.js';
import type { ExaminedTask } from './examined-labels.js';
import { type InspectedChampion, inspectionThreads } from './inspected.js';

/** Number of examples that are left out in one go: near-duplicates among them are left out together. */
const sliceSize = 512;

export interface LeftOutAnswers {
  /** [examples, labels] float32, row-major, in the order of the examples. */
  readonly probabilities: Float32Array;
}

/** Why a champion has no exact answers of this kind: only ridge heads of the strategy `analytic` keep the sums for them. */
export interface NoAnswers {
  readonly why: string;
}

/**
 * Memory: 4 bytes an example and label. Time: see `leftOutProbabilities`.
 * @param examples in an order where near-duplicates stand together
 * @throws INTERRUPTED
 */
export async function leftOutAnswers(
  champion: InspectedChampion,
  { name, labels }: Pick<ExaminedTask, 'name' | 'labels'>,
  examples: readonly StandingExample[],
  { signal, progress }: { readonly signal: AbortSignal; readonly progress: Progress },
): Promise<LeftOutAnswers | NoAnswers> {
  const { trained, manifest } = champion;
  const task = [...new Set(manifest.classes.map((one) => one.task))].indexOf(name);
  const probabilities = new Float32Array(examples.length * labels.length);
  const places = new Map(examples.map(({ id }, place) => [id, place]));
  try {
    const slices = jobsOf(champion, examples, { signal, progress });
    for await (const slice of leftOutProbabilities({ trained, task, slices, threads: inspectionThreads }))
      for (const [row, id] of slice.ids.entries())
        probabilities.set(
          slice.probabilities.subarray(row * labels.length, (row + 1) * labels.length),
          places.get(id)! * labels.length,
        );
  } catch (thrown) {
    if (thrown instanceof EspalierError && thrown.code === 'STATE_MISMATCH') return { why: thrown.message };
    throw thrown;
  }
  return { probabilities };
}

async function* jobsOf(
  { declaration, manifest, trained, store, encoder }: InspectedChampion,
  examples: readonly StandingExample[],
  { signal, progress }: { readonly signal: AbortSignal; readonly progress: Progress },
): AsyncGenerator<TrainingJob> {
  const { dimension, lexical } = encoder;
  for (let start = 0; start < examples.length; start += sliceSize) {
    if (signal.aborted) throw new EspalierError('INTERRUPTED', 'stopped while labels were examined');
    progress.advance(start, examples.length, 'examples');
    const slice = examples.slice(start, start + sliceSize);
    const texts = slice.map(({ text }) => text);
    yield buildJob({
      ...{ strategy: manifest.strategy, settings: declaration.training, dimension, lexical },
      ...{ classes: manifest.classes, multiLabel: manifest.multiLabel ?? [], retired: manifest.retired ?? [] },
      fresh: { examples: slice, vectors: await encodeCached(store, encoder, texts, { signal }) },
      replayed: { examples: [], vectors: new Float32Array(0) },
      ...{ budget: 0, parent: trained },
    });
  }
}
