/**
 * Continual-learning metrics over an accuracy matrix: row t holds the accuracies on every domain after update t,
 * undefined where a domain was not yet known or not measured. (Lopez-Paz & Ranzato, NIPS 2017; Chaudhry et al., ECCV
 * 2018.)
 */
import { largestOf } from '../core/sequences.js';
export type AccuracyMatrix = readonly (readonly (number | undefined)[])[];

export interface ContinualMetrics {
  /** Mean over the domains of the last row. */
  readonly averageAccuracy: number;
  /** Mean over the earlier domains of (best accuracy before the last update - accuracy now). */
  readonly forgetting: number;
  /** Mean over the earlier domains of (accuracy now - accuracy when the domain was learned). */
  readonly backwardTransfer: number;
  /** Mean over the domains after the first of (accuracy before it was learned - accuracy of a guess). */
  readonly forwardTransfer: number;
}

/** When each domain was learned, for matrices that also measure domains before they are learned. */
export interface Learning {
  /** For each domain, the row in which it is first known. */
  readonly learnedAt: readonly number[];
  /** Accuracy of a guess, for each domain. */
  readonly chance: readonly number[];
}

/**
 * Computes the metrics of a matrix. With fewer than two rows nothing can be forgotten: 0. NaN if there are no
 * accuracies at all. Without `learning` a domain counts as learned in the row that first measures it, and forward
 * transfer is 0.
 *
 * @example continualMetrics([[0.9], [0.8, 0.95]]).forgetting // 0.1: the first domain fell from 0.9 to 0.8
 */
export function continualMetrics(matrix: AccuracyMatrix, learning?: Learning): ContinualMetrics {
  const last = matrix.at(-1) ?? [];
  const [forgotten, transferred, foreseen]: [number[], number[], number[]] = [[], [], []];
  for (const [domain, now] of last.entries()) {
    const learnedAt = learning?.learnedAt[domain] ?? 0;
    const before = matrix.slice(learnedAt, -1).flatMap((row) => row[domain] ?? []);
    const guessed = learnedAt > 0 ? matrix[learnedAt - 1]?.[domain] : undefined;
    if (guessed !== undefined) foreseen.push(guessed - learning!.chance[domain]!);
    if (now === undefined || before.length === 0) continue;
    forgotten.push(largestOf(before) - now);
    transferred.push(now - before[0]!);
  }
  const known = last.filter((value) => value !== undefined);
  return {
    averageAccuracy: known.reduce((sum, value) => sum + value, 0) / known.length,
    forgetting: meanOrZero(forgotten),
    backwardTransfer: meanOrZero(transferred),
    forwardTransfer: meanOrZero(foreseen),
  };
}

/** A domain with the scores of earlier versions on it, each paired with the last version's score on the same cases. */
export interface DomainHistory {
  /** Score of the last version on all cases; undefined if it was not measured. */
  readonly now: number | undefined;
  /** Earlier versions, the oldest first. */
  readonly earlier: readonly { readonly before: number; readonly after: number }[];
}

/**
 * Computes the metrics when held-out sets have grown between versions: accuracies on different cases must not be
 * subtracted from each other. Forward transfer is 0.
 */
export function continualMetricsOnSameCases(domains: readonly DomainHistory[]): ContinualMetrics {
  const known = domains.flatMap(({ now }) => now ?? []);
  const compared = domains.filter(({ earlier }) => earlier.length > 0);
  return {
    averageAccuracy: known.reduce((sum, value) => sum + value, 0) / known.length,
    forgetting: meanOrZero(
      compared.map(({ earlier }) => largestOf(earlier.map(({ before, after }) => before - after))),
    ),
    backwardTransfer: meanOrZero(compared.map(({ earlier: [learned] }) => learned!.after - learned!.before)),
    forwardTransfer: 0,
  };
}

function meanOrZero(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
