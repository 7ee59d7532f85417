/** Which examples meet in a minibatch. */
import { type Random, shuffled } from '../core/random.js';
import type { Batch } from './job.js';

export interface Draw {
  readonly fresh: Batch;
  readonly replayed: Batch;
  /** New examples in a minibatch. */
  readonly batchSize: number;
  /** All examples in a minibatch. */
  readonly width: number;
  readonly steps: number;
  readonly random: Random;
}

/** [steps, batch] rows of x: each fresh example once (a few twice, to fill the last batch), each batch completed by replayed ones. */
export function drawMinibatches({ fresh, replayed, batchSize, width, steps, random }: Draw): Int32Array {
  const order = new Int32Array(steps * width);
  const nextFresh = endlessly(fresh.targets.length, random);
  const nextReplayed = endlessly(replayed.targets.length, random);
  for (let at = 0; at < order.length; at++) {
    order[at] = at % width < batchSize ? nextFresh() : fresh.targets.length + nextReplayed();
  }
  return order;
}

/** Rows in a shuffled order, and when all had their turn, in another. */
function endlessly(count: number, random: Random): () => number {
  let rows: number[] = [];
  return () => {
    if (rows.length === 0) rows = shuffled([...Array(count).keys()], random);
    return rows.pop()!;
  };
}
