/** Spearman's rank correlation, with tied values at their mean rank. NaN if the gold values do not vary. */
import { type Metric, requireGold, sortCases } from '../metric.js';

export const spearman: Metric = {
  name: 'spearman',
  isProportion: false,
  isMean: false,
  statistic(scores, gold) {
    const [a, b] = [tiesOf(scores), tiesOf(requireGold(gold))];
    return (weights) => {
      rankTies(a, weights);
      rankTies(b, weights);
      return correlation(a, b, weights);
    };
  },
};

/** The values of scores or of gold, with an array for the ranks of a draw. */
interface Ties {
  /** Index of each case's value among the distinct values, ascending. */
  readonly placeOf: Int32Array;
  /** For each distinct value, its rank minus the mean rank. */
  readonly ranks: Float64Array;
}

function tiesOf(values: ArrayLike<number>): Ties {
  const { order, starts } = sortCases(values);
  const placeOf = new Int32Array(order.length);
  for (let value = 0; value + 1 < starts.length; value++) {
    for (let place = starts[value]!; place < starts[value + 1]!; place++) placeOf[order[place]!] = value;
  }
  return { placeOf, ranks: new Float64Array(starts.length - 1) };
}

/** Ranks the values as if each case occurred as often as its weight. */
function rankTies({ placeOf, ranks }: Ties, weights: Float64Array): void {
  ranks.fill(0);
  let total = 0;
  for (let index = 0; index < weights.length; index++) {
    ranks[placeOf[index]!]! += weights[index]!;
    total += weights[index]!;
  }
  // Ranks from 1 have the mean (total + 1) / 2; the rank of a tie is before + (own + 1) / 2.
  let before = -total / 2;
  for (let value = 0; value < ranks.length; value++) {
    const own = ranks[value]!;
    ranks[value] = before + own / 2;
    before += own;
  }
}

/**
 * Pearson's correlation of the ranks about their mean. 0 if all values of `a` are equal: such scores say nothing about
 * the gold values.
 */
function correlation(a: Ties, b: Ties, weights: Float64Array): number {
  let [product, squaresA, squaresB] = [0, 0, 0];
  for (let index = 0; index < weights.length; index++) {
    const [weight, x, y] = [weights[index]!, a.ranks[a.placeOf[index]!]!, b.ranks[b.placeOf[index]!]!];
    product += weight * x * y;
    squaresA += weight * x * x;
    squaresB += weight * y * y;
  }
  return squaresA === 0 && squaresB > 0 ? 0 : product / Math.sqrt(squaresA * squaresB);
}
