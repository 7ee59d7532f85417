/** How well a score ranks what is relevant (gold 1) above what is not (gold 0). NaN where either is missing. */
import { type Metric, requireGold, sortCases } from '../metric.js';

/**
 * Average precision: the sum over thresholds of (recall gained) x precision, without interpolation, as in scikit-learn's
 * average_precision_score. Cases of one score pass a threshold together.
 */
export const averagePrecision: Metric = {
  name: 'ap',
  isProportion: false,
  isMean: false,
  statistic(scores, gold) {
    const runs = rankedRuns(scores, gold);
    return (weights) => {
      let [sum, relevant, seen] = [0, 0, 0];
      runs.descend(weights, (positive, negative) => {
        relevant += positive;
        seen += positive + negative;
        if (seen > 0) sum += (positive * relevant) / seen;
      });
      return seen > relevant ? sum / relevant : Number.NaN;
    };
  },
};

/** Area under the receiver operating characteristic: the chance that a relevant case scores higher, a tie counting half (Hanley & McNeil, 1982). */
export const auroc: Metric = {
  name: 'auroc',
  isProportion: false,
  isMean: false,
  statistic(scores, gold) {
    const runs = rankedRuns(scores, gold);
    return (weights) => {
      let [sum, above, negatives] = [0, 0, 0];
      runs.descend(weights, (positive, negative) => {
        sum += negative * (above + positive / 2);
        above += positive;
        negatives += negative;
      });
      return sum / (above * negatives);
    };
  },
};

/** Runs of equal scores, from the highest score down: how much weight each has of either sort. */
function rankedRuns(scores: ArrayLike<number>, gold: ArrayLike<number | null>) {
  const { order, starts } = sortCases(scores);
  const relevance = requireGold(gold);
  return {
    descend(weights: Float64Array, visit: (positive: number, negative: number) => void): void {
      for (let run = starts.length - 2; run >= 0; run--) {
        let [positive, all] = [0, 0];
        for (let place = starts[run]!; place < starts[run + 1]!; place++) {
          const weight = weights[order[place]!]!;
          all += weight;
          positive += weight * relevance[order[place]!]!;
        }
        visit(positive, all - positive);
      }
    },
  };
}
