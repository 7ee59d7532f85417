/** How well a score ranks relevant cases (gold 1) above irrelevant ones (gold 0). NaN if either group is empty. */
import { type Metric, requireGold, sortCases } from '../metric.js';

/**
 * Average precision: the sum over thresholds of (recall gained) x precision, without interpolation, as in
 * scikit-learn's average_precision_score. Cases with equal scores pass a threshold together.
 */
export const averagePrecision: Metric = {
  name: 'ap',
  isProportion: false,
  isMean: false,
  statistic(scores, gold) {
    const { order, relevance, ends } = rank(scores, gold);
    return (weights) => {
      let [sum, relevant, seen, tied] = [0, 0, 0, 0];
      for (let place = 0; place < order.length; place++) {
        const weight = weights[order[place]!]!;
        seen += weight;
        tied += weight * relevance[place]!;
        if (tied === 0 || ends[place] === 0) continue;
        relevant += tied;
        sum += (tied * relevant) / seen;
        tied = 0;
      }
      return seen > relevant ? sum / relevant : Number.NaN;
    };
  },
};

/**
 * Area under the receiver operating characteristic: the probability that a relevant case scores higher than an
 * irrelevant one, a tie counting half (Hanley & McNeil, 1982).
 */
export const auroc: Metric = {
  name: 'auroc',
  isProportion: false,
  isMean: false,
  statistic(scores, gold) {
    const { order, relevance, ends } = rank(scores, gold);
    return (weights) => {
      let [sum, above, negatives, tied, tiedNegatives] = [0, 0, 0, 0, 0];
      for (let place = 0; place < order.length; place++) {
        const weight = weights[order[place]!]!;
        const positive = weight * relevance[place]!;
        tied += positive;
        tiedNegatives += weight - positive;
        if (ends[place] === 0) continue;
        sum += tiedNegatives * (above + tied / 2);
        above += tied;
        negatives += tiedNegatives;
        [tied, tiedNegatives] = [0, 0];
      }
      return sum / (above * negatives);
    };
  },
};

interface Ranking {
  /** Numbers of the cases, from the highest score down. */
  readonly order: Int32Array;
  /** Gold of the case at each place, 0 or 1. */
  readonly relevance: Float64Array;
  /** 1 at the last place of a run of equal scores, else 0. */
  readonly ends: Uint8Array;
}

function rank(scores: ArrayLike<number>, gold: ArrayLike<number | null>): Ranking {
  const order = sortCases(scores).order.reverse();
  const relevant = requireGold(gold);
  const ends = Uint8Array.from(order, (index, place) => (scores[index] === scores[order[place + 1] ?? -1] ? 0 : 1));
  return { order, relevance: Float64Array.from(order, (index) => relevant[index]!), ends };
}
