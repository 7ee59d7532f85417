/**
 * Continual-learning metrics over an accuracy matrix: row t holds the accuracies on every domain after update t, undefined where a
 * domain was not yet known or not measured. (Lopez-Paz & Ranzato, NIPS 2017; Chaudhry et al., ECCV 2018.)
 */
export type AccuracyMatrix = readonly (readonly (number | undefined)[])[];

export interface ContinualMetrics {
  /** Mean over the domains of the last row. */
  readonly averageAccuracy: number;
  /** Mean over the earlier domains of (best accuracy before the last update - accuracy now). */
  readonly forgetting: number;
  /** Mean over the earlier domains of (accuracy now - accuracy when the domain was learned). */
  readonly backwardTransfer: number;
}

/** With fewer than two rows nothing can be forgotten: 0. NaN where there are no accuracies at all. */
export function continualMetrics(matrix: AccuracyMatrix): ContinualMetrics {
  const last = matrix.at(-1) ?? [];
  const earlier = matrix.slice(0, -1);
  const forgotten: number[] = [];
  const transferred: number[] = [];
  for (const [domain, now] of last.entries()) {
    const before = earlier.map((row) => row[domain]).filter((value) => value !== undefined);
    if (now === undefined || before.length === 0) continue;
    forgotten.push(Math.max(...before) - now);
    transferred.push(now - before[0]!);
  }
  const known = last.filter((value) => value !== undefined);
  return {
    averageAccuracy: known.reduce((sum, value) => sum + value, 0) / known.length,
    forgetting: meanOrZero(forgotten),
    backwardTransfer: meanOrZero(transferred),
  };
}

function meanOrZero(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
