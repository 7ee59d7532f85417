/** The bytes that a version stores, counted in the same way for an update and for a compared strategy. */
import { bytesIn } from '../core/safetensors.js';
import type { Strategy, TrainedHead, TrainingJob } from './job.js';

interface Kept extends Pick<TrainingJob, 'settings' | 'dimension'> {
  /** Number of examples in the replay buffer after the update. */
  readonly members: number;
  /** Number of examples to train on again if the next update cannot continue from this version. */
  readonly all: number;
}

/** Bytes of state, head, and the vectors that the next update replays or trains on again. */
export function bytesKept(
  strategy: Strategy,
  trained: TrainedHead,
  { settings, dimension, members, all }: Kept,
): number {
  const replayed = strategy.replays ? members : 0;
  const again = strategy.continues(trained, settings) ? replayed : all;
  return bytesIn(trained.state) + bytesIn(trained.head.tensors) + again * dimension * Float32Array.BYTES_PER_ELEMENT;
}
