/** Metrics that are the mean of their cases' scores. */
import type { Metric } from '../metric.js';

/** The share of right answers. */
export const accuracy: Metric = { name: 'accuracy', isProportion: true, isMean: true, statistic: weightedMean };

/** The share of changed texts that get the same answer as the original text. */
export const consistency: Metric = { name: 'consistency', isProportion: true, isMean: true, statistic: weightedMean };

/** Mean nDCG of each query's first ten results. */
export const ndcgAt10: Metric = { name: 'ndcg@10', isProportion: false, isMean: true, statistic: weightedMean };

/**
 * Mean of each answer's 1 - Brier / 2 (Brier, Mon. Weather Rev. 1950): 1 is certain and right, 0 is certain and wrong.
 */
export const oneMinusBrier: Metric = { name: '1-brier', isProportion: false, isMean: true, statistic: weightedMean };

/**
 * Mean Jaccard index of the answered and the true labels: intersection over union (Godbole & Sarawagi, PAKDD 2004, who
 * call it accuracy); 1 means that the sets are equal.
 */
export const jaccard: Metric = { name: 'jaccard', isProportion: false, isMean: true, statistic: weightedMean };

function weightedMean(scores: ArrayLike<number>): (weights: Float64Array) => number {
  return (weights) => {
    let [sum, total] = [0, 0];
    for (let index = 0; index < weights.length; index++) {
      sum += weights[index]! * scores[index]!;
      total += weights[index]!;
    }
    return sum / total;
  };
}
