/**
 * Draws a sample of everything that a head has learned: new examples in their true proportion, the others from the
 * replay buffer.
 */
import { seededRandom, shuffled } from '../core/random.js';
import type { LabelledVectors } from './job.js';
import { pickRows, totalWeight } from './rows.js';

export interface Learned {
  readonly fresh: LabelledVectors;
  readonly replayed: LabelledVectors;
  readonly dimension: number;
  readonly seed: number;
  /** Number of examples that the head has learned, new ones included. */
  readonly learned: number;
  /** Greatest number of examples in the sample. */
  readonly size: number;
}

export function sampleLearned({ fresh, replayed, dimension, seed, learned, size }: Learned): LabelledVectors {
  const random = seededRandom(seed, 'learned sample');
  const draw = (batch: LabelledVectors, wanted: number) =>
    shuffled([...batch.targets.keys()], random)
      .slice(0, wanted)
      .map((row) => ({ batch, row }));
  const share = replayed.targets.length === 0 ? 1 : fresh.targets.length / learned;
  const news = draw(fresh, Math.max(1, Math.round(size * share)));
  return pickRows([...news, ...draw(replayed, Math.round(size * (1 - share)))], dimension);
}

/** With fewer examples to read, choices that rest on more are better kept. */
const leastEvidence = 64;

/** The examples of an update that can be read. */
export interface Readable {
  readonly fresh: LabelledVectors;
  readonly replayed: LabelledVectors;
  readonly withdrawn?: LabelledVectors;
}

/**
 * Whether the examples that can be read suffice to choose penalties and confidence of a head. An update that withdraws
 * or mends a few examples while the buffer is empty has almost none, and its parent's choices rest on more.
 * @param learned how much all examples that the head has learned count together
 */
export function sufficesToChoose({ fresh, replayed, withdrawn }: Readable, learned: number): boolean {
  const rows = fresh.targets.length + replayed.targets.length;
  if (rows === 0 || !withdrawn?.targets.length) return rows > 0;
  return rows >= leastEvidence || totalWeight(fresh) + totalWeight(replayed) >= learned;
}
