/** Spearman's rank correlation, ties at their mean rank. NaN where a side does not vary. */
import { type Metric, requireGold, type SortedCases, sortCases } from '../metric.js';

export const spearman: Metric = {
  name: 'spearman',
  isProportion: false,
  isMean: false,
  statistic(scores, gold) {
    const [byScore, byGold] = [sortCases(scores), sortCases(requireGold(gold))];
    const [scoreRanks, goldRanks] = [new Float64Array(scores.length), new Float64Array(scores.length)];
    return (weights) => {
      const total = fillRanks(scoreRanks, byScore, weights);
      fillRanks(goldRanks, byGold, weights);
      return correlation(scoreRanks, goldRanks, weights, (total + 1) / 2);
    };
  },
};

/** Ranks from 1, as if each case stood there as often as it weighs. Returns how many that are. */
function fillRanks(ranks: Float64Array, { order, starts }: SortedCases, weights: Float64Array): number {
  let before = 0;
  for (let run = 0; run + 1 < starts.length; run++) {
    let own = 0;
    for (let place = starts[run]!; place < starts[run + 1]!; place++) own += weights[order[place]!]!;
    for (let place = starts[run]!; place < starts[run + 1]!; place++) ranks[order[place]!] = before + (own + 1) / 2;
    before += own;
  }
  return before;
}

/** Pearson's, of two sides that share their mean. */
function correlation(a: Float64Array, b: Float64Array, weights: Float64Array, mean: number): number {
  let [product, squaresA, squaresB] = [0, 0, 0];
  for (let index = 0; index < weights.length; index++) {
    const [weight, x, y] = [weights[index]!, a[index]! - mean, b[index]! - mean];
    product += weight * x * y;
    squaresA += weight * x * x;
    squaresB += weight * y * y;
  }
  return product / Math.sqrt(squaresA * squaresB);
}
