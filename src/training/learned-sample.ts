/**
 * A sample of everything that a head has learned: new examples in their true share of it, the others from the replay
 * buffer.
 */
import { seededRandom, shuffled } from '../core/random.js';
import type { LabelledVectors } from './job.js';
import { pickRows } from './rows.js';

export interface Learned {
  readonly fresh: LabelledVectors;
  readonly replayed: LabelledVectors;
  readonly dimension: number;
  readonly seed: number;
  /** How many examples the head has learned, the new ones among them. */
  readonly learned: number;
  /** How many the sample holds at most. */
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
