/**
 * The covariance shared by all classes, computed from sums, and its shrinkage towards a multiple of the identity, by an
 * amount that depends on its sampling error (oracle approximating shrinkage: Chen et al., "Shrinkage algorithms for
 * MMSE covariance estimation", IEEE TSP 2010, equation 23). Each estimated mean uses up a degree of freedom, so n
 * examples of C classes count as n - C.
 *
 * Cost: d^2 classes / 2 multiply-adds for the covariance and d^3 / 2 for the whitener; memory 3 d^2 float64.
 */
import { factorise, solveLower } from '../ridge/cholesky.js';
import type { FactorProducts } from '../ridge/factor-products.js';
import { copyRows } from '../ridge/gram.js';
import type { RidgeStatistics } from '../ridge/statistics.js';

/** Statistics of inputs, with the counts and the scale needed to read them. */
export interface ClassSums {
  readonly statistics: RidgeStatistics;
  /** [classes] Sum of the weights of each class's examples. */
  readonly examples: Float64Array;
  /** Quantisation scale: the integer that stands for 1. */
  readonly unit: number;
}

export interface Whitened {
  /** R with R R^T the precision, [d, d]. */
  readonly whitener: Float64Array;
  /** Class means m R, [classes, d]. */
  readonly means: Float64Array;
  /** Shrinkage of the covariance towards the identity, 0 to 1. */
  readonly shrinkage: number;
  /** Weight of one example's outer product in the shrunk covariance: (1 - shrinkage) / n. */
  readonly share: number;
}

export async function whiten(sums: ClassSums, products: FactorProducts): Promise<Whitened> {
  const { width: d, classes, count } = sums.statistics;
  const covariance = withinClasses(sums);
  const seen = sums.examples.filter((own) => own > 0).length;
  const { shrinkage, ridge } = shrink(covariance, d, Math.max(1, count - seen));
  const copy = (into: { [index: number]: number }, top: number, height: number) => {
    for (let row = 0; row < height; row++)
      for (let column = top; column < d; column++)
        into[row * (d - top) + column - top] = (1 - shrinkage) * covariance[(top + row) * d + column]!;
  };
  const factor = await factorise(copy, { size: d, ridge, products });
  if (!factor) throw new Error('the shrunk covariance is not positive definite');
  const identity = new Float64Array(d * d);
  for (let index = 0; index < d; index++) identity[index * d + index] = 1;
  // U^-T, whose transpose U^-1 times itself is the precision.
  const inverse = await solveLower(factor, identity, d);
  const whitener = new Float64Array(d * d);
  for (let row = 0; row < d; row++)
    for (let column = 0; column < d; column++) whitener[column * d + row] = inverse[row * d + column]!;
  const means = products.makeArray(classes * d) as Float64Array;
  const plain = Float64Array.from({ length: classes * d }, (_, index) =>
    meanOf(sums, Math.floor(index / d), index % d),
  );
  await products.multiply({ data: plain, dims: [classes, d] }, { data: whitener, dims: [d, d] }, means);
  return { whitener, means, shrinkage, share: (1 - shrinkage) / count };
}

/** 0 for a class without examples. */
function meanOf({ statistics: { cross, classes }, examples, unit }: ClassSums, target: number, column: number): number {
  return cross[column * classes + target]! / unit / (examples[target]! || 1);
}

/** (sum x x^T - sum of n_c m_c m_c^T) / n, [d, d] */
function withinClasses({ statistics, examples, unit }: ClassSums): Float64Array {
  const { width: d, gram, cross, classes, count } = statistics;
  const whole = new Float64Array(d * d);
  copyRows(gram, d)(whole, 0, d);
  for (let row = 0; row < d; row++) {
    for (let column = row; column < d; column++) {
      let between = 0;
      for (let index = 0; index < classes; index++)
        between += (cross[row * classes + index]! * cross[column * classes + index]!) / (examples[index]! || 1);
      const value = (whole[row * d + column]! - between) / (count * unit ** 2);
      whole[row * d + column] = value;
      whole[column * d + row] = value;
    }
  }
  return whole;
}

/** Oracle approximating shrinkage of a covariance with n degrees of freedom: S' = (1 - shrinkage) S + ridge I. */
function shrink(covariance: Float64Array, d: number, n: number): { shrinkage: number; ridge: number } {
  let [trace, squares] = [0, 0];
  for (let index = 0; index < d; index++) trace += covariance[index * d + index]!;
  for (const value of covariance) squares += value * value;
  const wanted = (1 - 2 / d) * squares + trace ** 2;
  const shrinkage = Math.min(1, wanted / ((n + 1 - 2 / d) * Math.max(squares - trace ** 2 / d, Number.MIN_VALUE)));
  // A covariance of zeros still needs a scale.
  return { shrinkage, ridge: Math.max((shrinkage * trace) / d, 1e-6) };
}
