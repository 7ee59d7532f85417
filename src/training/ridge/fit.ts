/**
 * From statistics to a calibrated head: W = (G + lambda I)^-1 Q, with lambda by leave-one-out likelihood (penalty.ts) and a temperature
 * under which the leave-one-out scores of the sample are calibrated. One factorisation at full width, in float64.
 *
 * A float32 factorisation with iterative refinement against the exact matrix was considered and not built: measured by its parts at width
 * 4096, the factorisation takes 0.5 s less and the leave-one-out solves 0.15 s, while each of three to six residuals in float64, with the
 * solve that follows, takes about 0.2 s.
 */
import { fitTemperature } from './calibration.js';
import { factorise, solve } from './cholesky.js';
import { type FactorProducts, openFactorProducts } from './factor-products.js';
import { copyRows } from './gram.js';
import { type LearnedSample, leaveOneOutScores } from './leave-one-out.js';
import { chooseLambda, type LambdaSearch } from './penalty.js';
import type { RidgeStatistics } from './statistics.js';

export interface RidgeFit {
  readonly lambda: number;
  /** Divides the scores, so that their softmax is calibrated on the sample. */
  readonly temperature: number;
  /** [width, classes], not yet divided by the temperature. */
  readonly weight: Float64Array;
}

export async function fitRidge(statistics: RidgeStatistics, sample: LearnedSample, search: LambdaSearch): Promise<RidgeFit> {
  const lambda = await chooseLambda(statistics, sample, search);
  const products = await openFactorProducts('float64', search.threads);
  try {
    return { lambda, ...(await solveHead(statistics, sample, lambda, products)) };
  } finally {
    await products.close();
  }
}

async function solveHead(
  { width, classes, gram, cross }: RidgeStatistics,
  sample: LearnedSample,
  lambda: number,
  products: FactorProducts,
): Promise<Omit<RidgeFit, 'lambda'>> {
  const copy = copyRows(gram, width);
  const factor = await factorise(copy, { size: width, ridge: lambda, products });
  if (!factor) throw new Error(`the ridge statistics are not positive definite at lambda ${lambda}`);
  const weight = (await solve(factor, cross, classes)) as Float64Array;
  const columns = Float64Array.from(sample.columns);
  const scores = await leaveOneOutScores(factor, weight, { ...sample, columns }, classes);
  return { weight, temperature: fitTemperature(scores, sample.targets, classes) };
}
