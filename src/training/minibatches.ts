/** Which examples meet in a minibatch. Rows are numbered fresh first, then replayed. */
import { type Random, seededRandom, shuffled } from '../core/random.js';
import type { TrainingJob } from './job.js';

/**
 * fresh:    each new example once an epoch (a few twice, to fill the last minibatch).
 * replayed: from the buffer, each class as often as any other, whatever the buffer holds of it.
 * mixed:    `batchSize` fresh ones, completed by replayed ones.
 * balanced: from both together, each class as often as any other.
 */
export type Pool = 'fresh' | 'replayed' | 'mixed' | 'balanced';

export interface MinibatchSizes {
  /** New examples in a minibatch. */
  readonly fresh: number;
  /** Replayed examples beside them. */
  readonly replayed: number;
}

export function sizeOfPool(pool: Pool, { fresh, replayed }: MinibatchSizes): number {
  if (pool === 'mixed') return fresh + replayed;
  return pool === 'fresh' ? fresh : replayed;
}

/** The next `steps` minibatches: [steps, size of the pool] rows. */
export type DrawSteps = (steps: number) => Int32Array;

/** @param stream draws of one pool under different names are independent */
export function openPool(
  job: Pick<TrainingJob, 'fresh' | 'replayed' | 'settings'>,
  pool: Pool,
  sizes: MinibatchSizes,
  stream: string,
): DrawSteps {
  const random = seededRandom(job.settings.seed, 'minibatches', pool, stream);
  const offset = job.fresh.targets.length;
  const fresh = () => endlessly([...job.fresh.targets.keys()], random);
  const replayed = () => byTurns(job.replayed.targets, (row) => row + offset, random);
  const size = sizeOfPool(pool, sizes);
  const nextOf = (): ((at: number) => number) => {
    if (pool === 'fresh') return fresh();
    if (pool === 'replayed') return replayed();
    if (pool === 'balanced') return byTurns(Int32Array.from([...job.fresh.targets, ...job.replayed.targets]), (row) => row, random);
    const [nextFresh, nextReplayed] = [fresh(), replayed()];
    return (at) => (at < sizes.fresh ? nextFresh() : nextReplayed());
  };
  const next = nextOf();
  return (steps) => Int32Array.from({ length: steps * size }, (_, at) => next(at % size));
}

/** Rows in a shuffled order, and when all had their turn, in another. */
function endlessly(rows: readonly number[], random: Random): () => number {
  let left: number[] = [];
  return () => {
    if (left.length === 0) left = shuffled(rows, random);
    return left.pop()!;
  };
}

/** The classes take turns in a shuffled order, and so do the examples of each. */
function byTurns(targets: Int32Array, rowOf: (index: number) => number, random: Random): () => number {
  const rows = new Map<number, number[]>();
  for (const [index, target] of targets.entries()) {
    const own = rows.get(target);
    if (own) own.push(rowOf(index));
    else rows.set(target, [rowOf(index)]);
  }
  const ofClass = new Map([...rows].map(([target, own]) => [target, endlessly(own, random)]));
  const nextClass = endlessly([...ofClass.keys()], random);
  return () => ofClass.get(nextClass())!();
}
