/** A confidence interval for the score of one version on one sample of cases; the gate, in contrast, compares two. */
import type { Metric } from '../evaluation/metric.js';
import { pairedBootstrap } from './statistics/bootstrap.js';
import type { Bounds } from './statistics/bounds.js';
import { proportionLowerBound } from './statistics/proportion.js';

export interface ScoredCases {
  readonly metric: Metric;
  /** [cases] At least one. */
  readonly scores: readonly number[];
  readonly gold: readonly (number | null)[];
  /** [cases] Names of clusters; null if each case is independent. */
  readonly clusters: readonly string[] | null;
}

export interface ScoreInterval extends Bounds {
  readonly score: number;
  readonly standardError: number;
}

/** Metrics that rank by a correlation, which may be negative; all others are shares. */
const signed: readonly string[] = ['spearman'];

/**
 * A two-sided interval: each end is one-sided at (1 + confidence) / 2. Right-or-wrong scores use Clopper & Pearson's
 * exact bounds; other metrics and clustered cases use the BCa bootstrap of the cases. If no draw differs, the bootstrap
 * interval has zero width whatever the number of cases; it is widened as if a share of cases, as large as the exact
 * bounds allow for an event never observed, lay at the end of the metric's range.
 * @param seed of the draws
 */
export function scoreInterval(
  { metric, scores, gold, clusters }: ScoredCases,
  confidence: number,
  seed: readonly (string | number)[],
): ScoreInterval {
  const cases = scores.length;
  const oneSided = (1 + confidence) / 2;
  const statistic = metric.statistic(scores, gold);
  const score = statistic(new Float64Array(cases).fill(1));
  if (metric.isProportion && clusters === null) {
    const right = scores.reduce((sum, one) => sum + one, 0);
    // The standard error of a sample mean; lm-evaluation-harness divides by n - 1, too.
    const standardError = Math.sqrt((score * (1 - score)) / Math.max(1, cases - 1));
    const lower = proportionLowerBound(right, cases, oneSided);
    return { score, standardError, lower, upper: 1 - proportionLowerBound(cases - right, cases, oneSided) };
  }
  const range = { lower: signed.includes(metric.name) ? -1 : 0, upper: 1 };
  const { variance, lower, upper } = pairedBootstrap(cases, statistic, {
    confidences: { lower: oneSided, upper: oneSided },
    ...{ seed, range },
    ...(clusters && { clusters }),
  });
  const standardError = Math.sqrt(variance);
  if (variance > 0 || Number.isNaN(variance)) return { score, standardError, lower, upper };
  const sure = proportionLowerBound(cases, cases, oneSided);
  return {
    score,
    standardError,
    lower: range.lower + sure * (score - range.lower),
    upper: range.upper - sure * (range.upper - score),
  };
}
