/** What a version keeps, in bytes: the same count for an update and for a strategy that is compared. */
import { bytesIn } from '../core/safetensors.js';
import type { Strategy, TrainedHead, TrainingJob } from './job.js';

interface Kept extends Pick<TrainingJob, 'settings' | 'dimension'> {
  /** How many examples the replay buffer holds afterwards. */
  readonly members: number;
  /** How many examples are trained on again where the next update cannot go on from this version. */
  readonly all: number;
}

/** State, head, and the vectors that the next update replays or trains on again. */
export function bytesKept(
  strategy: Strategy,
  trained: TrainedHead,
  { settings, dimension, members, all }: Kept,
): number {
  const replayed = strategy.replays ? members : 0;
  const again = strategy.continues(trained, settings) ? replayed : all;
  return bytesIn(trained.state) + bytesIn(trained.head.tensors) + again * dimension * Float32Array.BYTES_PER_ELEMENT;
}
