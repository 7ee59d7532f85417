/**
 * Normalised discounted cumulative gain of the first `depth` results (Jarvelin & Kekalainen, 2002), linear gain.
 * @param ranked grades of the documents in the order they were found; 0 is not relevant
 * @param grades grades of all relevant documents
 * @example ndcg([0, 1], [1], 10) // 1 / log2(3): the only relevant document is second
 */
export function ndcg(ranked: readonly number[], grades: readonly number[], depth: number): number {
  const gain = (list: readonly number[]) =>
    list.slice(0, depth).reduce((sum, grade, index) => sum + grade / Math.log2(index + 2), 0);
  return gain(ranked) / gain([...grades].sort((a, b) => b - a));
}
