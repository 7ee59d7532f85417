/**
 * Computes a calibrated head from statistics: W = (G + lambda I)^-1 Q, with lambda by leave-group-out likelihood
 * (penalty.ts) and a temperature under which the left-out scores of the sample are calibrated. One factorisation at
 * full width, in float64. If all learned examples are available and few, dual.ts finds the same head at less cost.
 *
 * A float32 factorisation with iterative refinement against the exact matrix was considered and not built: measured by
 * its parts at width 4096, the factorisation takes 0.5 s less and the leave-one-out solves 0.15 s, while each of three
 * to six residuals in float64, with the solve that follows, takes about 0.2 s.
 */
import { type Factor, factorise, solve } from './cholesky.js';
import { type FactorProducts, openFactorProducts } from './factor-products.js';
import { copyRows } from './gram.js';
import type { LambdaSearch } from './lambda-search.js';
import { type LearnedSample, leaveGroupsOut } from './leave-groups-out.js';
import { type Weighed, weighLexical } from './lexical-share.js';
import { chooseLambda } from './penalty.js';
import type { RidgeStatistics } from './statistics.js';

export interface RidgeFit extends Weighed {
  readonly lambda: number;
  /** [width, classes], not yet divided by the temperature. */
  readonly weight: Float64Array;
}

/** The search for lambda, or the lambda to keep. */
export interface FitSearch extends LambdaSearch {
  readonly keep?: number | undefined;
  readonly threads: number;
}

export async function fitRidge(
  statistics: RidgeStatistics,
  sample: LearnedSample,
  search: FitSearch,
): Promise<RidgeFit> {
  const lambda = search.keep ?? (await chooseLambda(statistics, sample, search));
  const { classes } = statistics;
  const products = await openFactorProducts('float64', search.threads);
  try {
    const { factor, weight } = await solveRidge(statistics, lambda, products);
    const scores = await leaveGroupsOut(
      factor,
      weight,
      { ...sample, columns: new Float64Array(sample.columns) },
      classes,
    );
    return { lambda, weight, ...weighLexical(scores, sample, classes) };
  } finally {
    await products.close();
  }
}

/** W = (G + lambda I)^-1 Q, with the factor. @param products in float64 */
export async function solveRidge(
  { width, classes, gram, cross }: RidgeStatistics,
  lambda: number,
  products: FactorProducts,
): Promise<{ readonly factor: Factor; readonly weight: Float64Array }> {
  const factor = await factorise(copyRows(gram, width), { size: width, ridge: lambda, products });
  if (!factor) throw new Error(`the ridge statistics are not positive definite at lambda ${lambda}`);
  return { factor, weight: (await solve(factor, cross, classes)) as Float64Array };
}
