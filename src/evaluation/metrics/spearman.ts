/** Spearman's rank correlation, ties at their mean rank. NaN where what the scores are held against does not vary. */
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

/** One side's values, and room for the ranks of a draw. */
interface Ties {
  /** The place of each case's value among those that differ, ascending. */
  readonly placeOf: Int32Array;
  /** Of each value: its rank above the mean rank. */
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

/** As if each case stood there as often as it weighs. */
function rankTies({ placeOf, ranks }: Ties, weights: Float64Array): void {
  ranks.fill(0);
  let total = 0;
  for (let index = 0; index < weights.length; index++) {
    ranks[placeOf[index]!]! += weights[index]!;
    total += weights[index]!;
  }
  // Ranks from 1 have the mean (total + 1) / 2; those of a tie are before + (own + 1) / 2.
  let before = -total / 2;
  for (let value = 0; value < ranks.length; value++) {
    const own = ranks[value]!;
    ranks[value] = before + own / 2;
    before += own;
  }
}

/**
 * Pearson's, of ranks about their mean. 0 where `a` ranks nothing: scores that are all alike say nothing of what they
 * are held against.
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
