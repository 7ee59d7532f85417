/** Selects the examples of a minibatch. Rows are numbered fresh first, then replayed. */
import { groupBy } from '../core/grouping.js';
import { type Random, seededRandom, shuffled } from '../core/random.js';
import { balancingClass } from './answers.js';
import type { TrainingJob } from './job.js';

/**
 * fresh:     each new example once per epoch (a few twice, to fill the last minibatch).
 * replayed:  examples of the buffer, each class equally often, however many examples of it the buffer holds.
 * mixed:     `batchSize` fresh ones, completed by replayed ones.
 * rehearsed: the buffer as it will be with its share of the new examples, each class equally often.
 */
export type Pool = 'fresh' | 'replayed' | 'mixed' | 'rehearsed';

export interface MinibatchSizes {
  /** Number of new examples in a minibatch. */
  readonly fresh: number;
  /** Number of replayed examples in the same minibatch. */
  readonly replayed: number;
}

export function sizeOfPool(pool: Pool, { fresh, replayed }: MinibatchSizes): number {
  if (pool === 'mixed') return fresh + replayed;
  return pool === 'fresh' ? fresh : replayed;
}

/** The next `steps` minibatches: [steps, size of the pool] rows. */
export type DrawSteps = (steps: number) => Int32Array;

/** @param stream name of the draws; draws of one pool under different names are independent */
export function openPool(job: TrainingJob, pool: Pool, sizes: MinibatchSizes, stream: string): DrawSteps {
  const random = seededRandom(job.settings.seed, 'minibatches', pool, stream);
  const offset = job.fresh.targets.length;
  const fresh = () => endlessly([...job.fresh.targets.keys()], random);
  const remembered = [...job.replayed.targets.keys()].map((row) => row + offset);
  const replayed = () => byTurns(remembered, job, random);
  const size = sizeOfPool(pool, sizes);
  const nextOf = (): ((at: number) => number) => {
    if (pool === 'fresh') return fresh();
    if (pool === 'replayed') return replayed();
    if (pool === 'rehearsed') return byTurns([...shareOfFresh(job), ...remembered], job, random);
    const [nextFresh, nextReplayed] = [fresh(), replayed()];
    return (at) => (at < sizes.fresh ? nextFresh() : nextReplayed());
  };
  const next = nextOf();
  return (steps) => Int32Array.from({ length: steps * size }, (_, at) => next(at % size));
}

/** Rows in a shuffled order; after all have been drawn, they are shuffled again. */
function endlessly(rows: readonly number[], random: Random): () => number {
  const left: number[] = [];
  return () => {
    if (left.length === 0) for (const row of shuffled(rows, random)) left.push(row);
    return left.pop()!;
  };
}

/** The new examples of each class, up to the number that the buffer will have room for. */
function shareOfFresh(job: TrainingJob): number[] {
  const { fresh, budget, classes, settings } = job;
  const classOf = balancingClass(job);
  const share = Math.ceil(budget / classes.length);
  const taken = new Map<number, number>();
  return shuffled([...fresh.targets.keys()], seededRandom(settings.seed, 'share of the new')).filter((row) => {
    const own = classOf(fresh.targets[row]!);
    const before = taken.get(own) ?? 0;
    taken.set(own, before + 1);
    return before < share;
  });
}

/** Classes are drawn in turn in a shuffled order, and so are the examples of each class. */
function byTurns(rows: readonly number[], job: TrainingJob, random: Random): () => number {
  const { fresh, replayed } = job;
  const classOf = balancingClass(job);
  const ofClass = groupBy(rows, (row) => classOf(fresh.targets[row] ?? replayed.targets[row - fresh.targets.length]!));
  const next = new Map([...ofClass].map(([target, own]) => [target, endlessly(own, random)]));
  const nextClass = endlessly([...next.keys()], random);
  return () => next.get(nextClass())!();
}
