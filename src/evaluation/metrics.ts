/** All metrics of suites. */
import type { Metric } from './metric.js';
import { accuracy, consistency, jaccard, ndcgAt10, oneMinusBrier } from './metrics/means.js';
import { auroc, averagePrecision } from './metrics/ranking.js';
import { spearman } from './metrics/spearman.js';
import { vMeasure } from './metrics/v-measure.js';

export const metrics: readonly Metric[] = [
  accuracy,
  consistency,
  jaccard,
  ndcgAt10,
  oneMinusBrier,
  spearman,
  averagePrecision,
  auroc,
  vMeasure,
];

/** @throws RangeError for an unknown name: suites are checked when they are read */
export function metricNamed(name: string): Metric {
  const found = metrics.find((metric) => metric.name === name);
  if (!found) throw new RangeError(`no metric is called ${name}`);
  return found;
}

/**
 * The metric over all cases, each with weight 1.
 *
 * @example metricValue(metricNamed('accuracy'), [1, 0, 1, 1], [null, null, null, null]) // 0.75
 */
export function metricValue(metric: Metric, scores: ArrayLike<number>, gold: ArrayLike<number | null>): number {
  return metric.statistic(scores, gold)(new Float64Array(scores.length).fill(1));
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
