/** Confidence bounds on a paired difference, candidate minus champion, case by case. Both are one-sided, at their own confidence. */

import { seededRandom } from '../core/random.js';
import { mean } from '../evaluation/metrics.js';

export interface Bounds {
  /** Below this the true difference lies with probability at most 1 - confidence. */
  readonly lower: number;
  /** Above this, with probability at most 1 - worseConfidence. */
  readonly upper: number;
}

export interface Confidences {
  readonly lower: number;
  readonly upper: number;
}

/**
 * For right-or-wrong answers: Bonett & Price, "Adjusted Wald confidence interval for a difference of binomial proportions based on
 * paired data", J. Educ. Behav. Stat. 2012. One is added to each count of flips, which keeps the bound honest when few cases flip.
 */
export function pairedProportionBounds(champion: readonly number[], candidate: readonly number[], confidences: Confidences): Bounds {
  const total = champion.length + 2;
  const gained = (champion.filter((score, index) => candidate[index]! > score).length + 1) / total;
  const lost = (champion.filter((score, index) => candidate[index]! < score).length + 1) / total;
  const difference = gained - lost;
  const error = Math.sqrt((gained + lost - difference ** 2) / total);
  return {
    lower: Math.max(-1, difference - normalQuantile(confidences.lower) * error),
    upper: Math.min(1, difference + normalQuantile(confidences.upper) * error),
  };
}

const draws = 2000;

/**
 * For any other metric: percentile bootstrap over cases (Efron & Tibshirani 1993, ch. 13), the same resampled cases on both sides.
 * @param metric value over the cases at `rows`
 */
export function pairedBootstrapBounds(
  count: number,
  difference: (rows: Int32Array) => number,
  { confidences, seed }: { confidences: Confidences; seed: readonly (string | number)[] },
): Bounds {
  const random = seededRandom(...seed);
  const rows = new Int32Array(count);
  const differences = Float64Array.from({ length: draws }, () => {
    for (let index = 0; index < count; index++) rows[index] = random.integer(count);
    return difference(rows);
  });
  // Where a draw has no spread to rank, the metric is undefined, and anything may be true.
  const bound = (share: number, anything: number) =>
    quantile(differences.map((value) => (Number.isNaN(value) ? anything : value)).sort(), share);
  return { lower: bound(1 - confidences.lower, -1), upper: bound(confidences.upper, 1) };
}

/** Difference of means over `rows`. */
export function differenceOfMeans(champion: readonly number[], candidate: readonly number[]): (rows: Int32Array) => number {
  const differences = candidate.map((score, index) => score - champion[index]!);
  return (rows) => mean(Array.from(rows, (row) => differences[row]!));
}

function quantile(sorted: Float64Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.round(share * (sorted.length - 1))))]!;
}

/** Quantile of the standard normal distribution (Acklam's rational approximation, relative error below 1.2e-9). */
export function normalQuantile(probability: number): number {
  if (probability < tail) return -normalQuantile(1 - probability);
  if (probability > 1 - tail) {
    const q = Math.sqrt(-2 * Math.log(1 - probability));
    return -polynomial(outerTop, q) / (polynomial(outerBottom, q) * q + 1);
  }
  const q = probability - 0.5;
  const r = q * q;
  return (polynomial(innerTop, r) * q) / (polynomial(innerBottom, r) * r + 1);
}

const tail = 0.02425;
const innerTop = [-39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716, 2.506628277459239];
const innerBottom = [-54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572];
const outerTop = [-0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968, 2.938163982698783];
const outerBottom = [0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416];

/** Highest power first. */
function polynomial(coefficients: readonly number[], x: number): number {
  return coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0);
}
