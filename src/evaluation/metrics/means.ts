/** Metrics that are the mean of their cases' scores. */
import type { Metric } from '../metric.js';

/** Right or wrong. */
export const accuracy: Metric = { name: 'accuracy', isProportion: true, isMean: true, statistic: weightedMean };

/** Whether the answer to a changed text is the answer to the text. */
export const consistency: Metric = { name: 'consistency', isProportion: true, isMean: true, statistic: weightedMean };

/** Each query's nDCG of the first ten. */
export const ndcgAt10: Metric = { name: 'ndcg@10', isProportion: false, isMean: true, statistic: weightedMean };

/** Each answer's 1 - Brier / 2 (Brier, Mon. Weather Rev. 1950): 1 is sure and right, 0 is sure and wrong. */
export const oneMinusBrier: Metric = { name: '1-brier', isProportion: false, isMean: true, statistic: weightedMean };

/**
 * The labels of an answer against the true ones: both among either (Godbole & Sarawagi, PAKDD 2004, there called
 * accuracy); 1 is the very set.
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
