/** The numbers a suite is summed up in. */

/** Spearman's rank correlation, ties at their mean rank. NaN where a side does not vary. */
export function spearman(a: readonly number[], b: readonly number[]): number {
  return pearson(ranksOf(a), ranksOf(b));
}

function pearson(a: readonly number[], b: readonly number[]): number {
  const [meanA, meanB] = [mean(a), mean(b)];
  let [product, squaresA, squaresB] = [0, 0, 0];
  for (let index = 0; index < a.length; index++) {
    const [x, y] = [a[index]! - meanA, b[index]! - meanB];
    product += x * y;
    squaresA += x * x;
    squaresB += y * y;
  }
  return product / Math.sqrt(squaresA * squaresB);
}

function ranksOf(values: readonly number[]): number[] {
  const order = [...values.keys()].sort((i, j) => values[i]! - values[j]!);
  const ranks = new Array<number>(values.length);
  for (let start = 0; start < order.length; ) {
    let end = start;
    while (end < order.length && values[order[end]!] === values[order[start]!]) end++;
    for (let index = start; index < end; index++) ranks[order[index]!] = (start + end - 1) / 2;
    start = end;
  }
  return ranks;
}

/**
 * Normalised discounted cumulative gain of the first `depth` results (Jarvelin & Kekalainen, 2002), linear gain.
 * @param ranked grades of the documents in the order they were found; 0 is not relevant
 * @param grades grades of all relevant documents
 */
export function ndcg(ranked: readonly number[], grades: readonly number[], depth: number): number {
  const gain = (list: readonly number[]) => list.slice(0, depth).reduce((sum, grade, index) => sum + grade / Math.log2(index + 2), 0);
  return gain(ranked) / gain([...grades].sort((a, b) => b - a));
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Of two vectors of length 1: their cosine. */
export function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += a[index]! * b[index]!;
  return sum;
}
