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

/** When domains were learned, for matrices that also measure them before. */
export interface Learning {
  /** The row after which each domain was known. */
  readonly learnedAt: readonly number[];
  /** Accuracy of a guess, by domain. */
  readonly chance: readonly number[];
}

/**
 * With fewer than two rows nothing can be forgotten: 0. NaN where there are no accuracies at all. Without `learning` a
 * domain counts as learned in the row that first measures it, and nothing is transferred forward.
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

/** A domain, and what earlier versions scored on it, each beside the last version on the very same cases. */
export interface DomainHistory {
  /** Of the last version, on all cases; undefined: it was not measured. */
  readonly now: number | undefined;
  /** The oldest first. */
  readonly earlier: readonly { readonly before: number; readonly after: number }[];
}

/**
 * The metrics where held-out sets have grown between versions: accuracies on different cases must not be subtracted
 * from each other. Nothing is transferred forward.
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
