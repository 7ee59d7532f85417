/**
 * Chooses lambda: the one under which the head would have given the labels of a sample of all that it has learned the highest
 * likelihood, had it not learned them (leave-one-out, after calibration). The leverages come from the accumulated statistics, so each
 * answer rests on everything ever learned, and the cost does not grow with it.
 *
 * Squared error (generalised cross-validation) was tried first and asks for too little shrinkage where examples are few: on the sample
 * adapter, 800 examples of 24 classes, it chose 1000 (69.8 % right), the likelihood 3000 (71.9 %); on CLINC150 it chose 300 (94.4 %),
 * the likelihood 30 to 100 (94.6 %). (In units of the standard deviation, as lambda was then told.)
 *
 * Compared on the first features only: their Gram matrix is the leading block of the whole one, and as the kernel is a mean over features, a
 * block of a quarter of the features with a quarter of lambda is the same head, on a coarser kernel. float32 is enough to compare.
 */

import type { Floats } from '../native.js';
import { calibrate } from './calibration.js';
import { type Factor, factorise, solve } from './cholesky.js';
import { type FactorProducts, openFactorProducts } from './factor-products.js';
import { copyRows } from './gram.js';
import { type LearnedSample, leaveOneOutScores } from './leave-one-out.js';
import type { RidgeStatistics } from './statistics.js';

/** Two to a decade, for features that are whole numbers: what is 1 before rounding is 32 there, so 1,024 is a lambda of 1. */
const grid = [100, 300, 1e3, 3e3, 1e4, 3e4, 1e5, 3e5, 1e6, 3e6, 1e7, 3e7, 1e8] as const;
const firstGuess = 1e5;

/** How many of the features lambda is compared on. */
const leadingFeatures = 2048;

export interface LambdaSearch {
  /** Where to begin: the champion's lambda. */
  readonly start: number | undefined;
  readonly threads: number;
  readonly tried: (count: number) => void;
}

/** Walks the grid downhill from `start`. Cost: 2048^3 / 6 for each value tried, mostly three to five. */
export async function chooseLambda(
  statistics: RidgeStatistics,
  sample: LearnedSample,
  { start = firstGuess, threads, tried }: LambdaSearch,
): Promise<number> {
  const products = await openFactorProducts('float32', threads);
  const leading = leadingPart(statistics, sample);
  const trials = new Map<number, number>();
  const costAt = async (index: number): Promise<number> => {
    if (index < 0 || index >= grid.length) return Number.POSITIVE_INFINITY;
    if (!trials.has(index)) {
      trials.set(index, await tryLambda(leading, grid[index]!, products));
      tried(trials.size);
    }
    return trials.get(index)!;
  };
  try {
    let best = nearestIndex(start);
    for (;;) {
      const [below, here, above] = [await costAt(best - 1), await costAt(best), await costAt(best + 1)];
      if (below < here && below <= above) best--;
      else if (above < here) best++;
      else return grid[best]!;
    }
  } finally {
    await products.close();
  }
}

function nearestIndex(lambda: number): number {
  const distances = grid.map((value) => Math.abs(Math.log(value / lambda)));
  return distances.indexOf(Math.min(...distances));
}

/** The problem on the first features alone. */
interface LeadingPart {
  readonly statistics: RidgeStatistics;
  readonly size: number;
  /** [size, classes] */
  readonly cross: Floats;
  readonly sample: LearnedSample;
  /** The factor of the trial before. */
  readonly spare: { factor?: Factor };
}

function leadingPart(statistics: RidgeStatistics, { columns, targets, sets }: LearnedSample): LeadingPart {
  const size = Math.min(statistics.width, leadingFeatures);
  const cross = new Float32Array(statistics.cross.subarray(0, size * statistics.classes));
  return { statistics, size, cross, sample: { columns: columns.subarray(0, size * targets.length), targets, sets }, spare: {} };
}

/** Mean negative log-likelihood of the sample's labels, each left out. */
async function tryLambda(
  { statistics, size, cross, sample, spare }: LeadingPart,
  lambda: number,
  products: FactorProducts,
): Promise<number> {
  const { width, classes, gram } = statistics;
  const factor = await factorise(copyRows(gram, size), { size, ridge: (lambda * size) / width, products, replacing: spare.factor });
  // Too small to be told from rounding in float32: no lambda worth having.
  if (!factor) return Number.POSITIVE_INFINITY;
  spare.factor = factor;
  const weight = await solve(factor, cross, classes);
  const scores = await leaveOneOutScores(factor, weight, sample, classes);
  return calibrate(scores, sample, classes).cost;
}
