/**
 * Chooses lambda from the accumulated statistics: the value that maximises the likelihood of the labels of a sample of
 * all learned examples, each scored as if the head had not learned its group (after calibration). The leverages come
 * from the statistics, so each score is based on everything ever learned, and the cost does not grow with the history.
 *
 * Squared error (generalised cross-validation) was tried first and gives too little shrinkage with few examples: on the
 * sample adapter, 800 examples of 24 classes, it chose 1000 (69.8 % right), the likelihood 3000 (71.9 %); on CLINC150
 * it chose 300 (94.4 %), the likelihood 30 to 100 (94.6 %). (In units of the standard deviation, in which lambda was
 * expressed at the time.)
 *
 * Values are compared on the first features only: their Gram matrix is the leading block of the whole one, and as the
 * kernel is a mean over features, a block of a quarter of the features with a quarter of lambda gives the same head, on
 * a coarser kernel. float32 is precise enough for the comparison.
 */
import type { Floats } from '../native.js';
import { calibrate } from './calibration.js';
import { type Factor, factorise, solve } from './cholesky.js';
import { type FactorProducts, openFactorProducts } from './factor-products.js';
import { copyRows } from './gram.js';
import { type LambdaSearch, searchLambda } from './lambda-search.js';
import { type LearnedSample, leaveGroupsOut } from './leave-groups-out.js';
import type { RidgeStatistics } from './statistics.js';

/** Number of features on which values of lambda are compared. */
const leadingFeatures = 2048;

/** Cost: 2048^3 / 6 for each value tried. */
export async function chooseLambda(
  statistics: RidgeStatistics,
  sample: LearnedSample,
  { threads, ...search }: LambdaSearch & { readonly threads: number },
): Promise<number> {
  const products = await openFactorProducts('float32', threads);
  const leading = leadingPart(statistics, sample);
  try {
    return await searchLambda((lambda) => tryLambda(leading, lambda, products), search);
  } finally {
    await products.close();
  }
}

/** The problem restricted to the first features. */
interface LeadingPart {
  readonly statistics: RidgeStatistics;
  readonly size: number;
  /** [size, classes] */
  readonly cross: Floats;
  readonly sample: LearnedSample;
  /** The factor of the previous trial. */
  readonly spare: { factor?: Factor };
}

function leadingPart(
  statistics: RidgeStatistics,
  { columns, targets, weights, sets, groups }: LearnedSample,
): LeadingPart {
  const size = Math.min(statistics.width, leadingFeatures);
  const cross = new Float32Array(statistics.cross.subarray(0, size * statistics.classes));
  const sample = { columns: columns.subarray(0, size * targets.length), targets, weights, sets, groups };
  return { statistics, size, cross, sample, spare: {} };
}

/** Mean negative log-likelihood of the sample's labels, each group left out. */
async function tryLambda(
  { statistics, size, cross, sample, spare }: LeadingPart,
  lambda: number,
  products: FactorProducts,
): Promise<number> {
  const { width, classes, gram } = statistics;
  const factor = await factorise(copyRows(gram, size), {
    size,
    ridge: (lambda * size) / width,
    products,
    replacing: spare.factor,
  });
  // Lambda cannot be distinguished from rounding errors in float32, so it is too small to be useful.
  if (!factor) return Number.POSITIVE_INFINITY;
  spare.factor = factor;
  const weight = await solve(factor, cross, classes);
  const scores = await leaveGroupsOut(factor, weight, sample, classes);
  return calibrate(scores, sample, classes).cost;
}
