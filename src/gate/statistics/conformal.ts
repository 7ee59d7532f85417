/**
 * A threshold below which a text is refused as unknown, with a guarantee that needs no model of the scores: of texts
 * drawn like the held-out ones at most `share` are refused, on average over the draw of the held-out set
 * (split-conformal p-values: Bates et al., "Testing for outliers with conformal p-values", Ann. Statist. 2023, section
 * 2.1).
 */

/**
 * A text is refused if its score lies below the threshold, that is if (1 + held-out scores that are not larger) / (n +
 * 1) <= share.
 * @param scores of held-out texts that are in scope; larger is more certain
 * @returns minus infinity if there are too few of them to refuse anything: n < 1 / share - 1
 */
export function conformalThreshold(scores: readonly number[], share: number): number {
  const refusable = Math.floor(share * (scores.length + 1) + 1e-9);
  if (refusable < 1) return Number.NEGATIVE_INFINITY;
  return [...scores].sort((a, b) => a - b)[refusable - 1]!;
}
