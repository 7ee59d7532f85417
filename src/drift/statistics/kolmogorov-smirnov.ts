/**
 * The two-sample Kolmogorov-Smirnov test: the largest distance between two empirical distribution functions, and its
 * exact p value.
 */

/** The largest distance between the empirical distribution functions of two samples. @throws if a value is NaN */
export function largestDistance(a: Float64Array, b: Float64Array): number {
  const [left, right] = [a.toSorted(), b.toSorted()];
  // NaN is sorted to the end.
  if (Number.isNaN(left.at(-1)) || Number.isNaN(right.at(-1))) throw new Error('a value is not a number');
  let [i, j, largest] = [0, 0, 0];
  while (i < left.length && j < right.length) {
    const value = Math.min(left[i]!, right[j]!);
    // Equal values are passed together: the functions are compared between values.
    while (i < left.length && left[i] === value) i++;
    while (j < right.length && right[j] === value) j++;
    largest = Math.max(largest, Math.abs(i / left.length - j / right.length));
  }
  return largest;
}

/**
 * P(D >= distance) for two samples of one continuous distribution, by counting lattice paths: all orders of the joined
 * sample are equally likely, and an order is a path from (0, 0) to (n, m) that may not leave the band of this width
 * (Hodges, "The significance probability of the Smirnov two-sample test", Arkiv för Matematik 1958). It is conservative
 * where values repeat. Cost: n m.
 */
export function distanceP(distance: number, n: number, m: number): number {
  // In units of 1 / (n m), in which distances are whole numbers.
  const limit = Math.round(distance * n * m);
  if (limit <= 0) return 1;
  // The probability that a random path to (i, j) has been outside, for the present i.
  const outside = Float64Array.from({ length: m + 1 }, (_, j) => (j * n >= limit ? 1 : 0));
  for (let i = 1; i <= n; i++) {
    outside[0] = i * m >= limit ? 1 : outside[0]!;
    for (let j = 1; j <= m; j++)
      outside[j] = Math.abs(i * m - j * n) >= limit ? 1 : (i * outside[j]! + j * outside[j - 1]!) / (i + j);
  }
  return Math.min(1, outside[m]!);
}
