/**
 * The distance between the means of two sets of feature vectors: the unbiased estimate of the squared maximum mean
 * discrepancy (Gretton et al., "A kernel two-sample test", JMLR 2012, eq. 3) with the kernel k(x, y) = h(x) . h(y),
 * which needs only sums. For random ReLU features h that is the arc-cosine kernel.
 */

/** The sums of a set of feature vectors. */
export interface FeatureSums {
  readonly count: number;
  /** [width] Sum of the vectors. */
  readonly sum: Float64Array;
  /** Sum of the squared lengths of the vectors. */
  readonly squares: number;
}

/** @param features [n, width] row-major */
export function sumFeatures(features: ArrayLike<number>, width: number): FeatureSums {
  const sum = new Float64Array(width);
  let squares = 0;
  for (let start = 0; start < features.length; start += width)
    for (let index = 0; index < width; index++) {
      const value = features[start + index]!;
      sum[index]! += value;
      squares += value * value;
    }
  return { count: features.length / width, sum, squares };
}

/**
 * Unbiased, so it is around 0 for two sets of one distribution, and may be negative.
 * @param a, b at least two vectors each
 */
export function meanDiscrepancy(a: FeatureSums, b: FeatureSums): number {
  return withinPairs(a) + withinPairs(b) - (2 * dotOf(a.sum, b.sum)) / (a.count * b.count);
}

/** Mean inner product of two different vectors of the set. */
function withinPairs({ count, sum, squares }: FeatureSums): number {
  return (dotOf(sum, sum) - squares) / (count * (count - 1));
}

/** Mean squared distance of a vector from the mean of its set, unbiased. */
export function spreadOf({ count, sum, squares }: FeatureSums): number {
  return (squares - dotOf(sum, sum) / count) / (count - 1);
}

/**
 * The distance between the means as a share of the typical distance of an old vector from the old mean:
 * sqrt(MMD^2 / spread), and 0 where the unbiased MMD^2 is negative. It generalises Cohen's d to vectors, and does not
 * grow with the number of rows.
 * @returns null where the old vectors are all equal, so that there is no scale
 */
export function standardisedDistance(fresh: FeatureSums, old: FeatureSums): number | null {
  const spread = spreadOf(old);
  if (!(spread > 0)) return null;
  return Math.sqrt(Math.max(0, meanDiscrepancy(fresh, old)) / spread);
}

export function dotOf(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += a[index]! * b[index]!;
  return sum;
}
