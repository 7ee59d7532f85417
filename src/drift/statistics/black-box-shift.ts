/**
 * The shares of the labels in unlabelled rows, from the labels that a classifier gives them and its confusion matrix on
 * labelled rows. Lipton, Wang & Smola, "Detecting and correcting for label shift with black box predictors", ICML 2018:
 * the shares q solve C q = mu, where C[i, j] = P(given i | true j) and mu[i] is the share of the given label i.
 */
import { type Factorised, factorise, smallestSingularValue, solve } from './linear-system.js';

export interface Labelled {
  /** [n] Index of the true label. */
  readonly truth: Int32Array;
  /** [n] Index of the given label. */
  readonly given: Int32Array;
}

/** Below this smallest singular value the shares would mostly be noise of the confusion matrix. */
export const soundest = 0.1;

/**
 * C by labelled rows, factorised, or the reason why it cannot be used. A label without a row has no column.
 * @returns `lacking`: index of a label without a row
 */
export function confusionOf(
  { truth, given }: Labelled,
  labels: number,
): { readonly confusion: Factorised } | { readonly lacking: number } | { readonly smallest: number } {
  const counts = new Float64Array(labels);
  const matrix = new Float64Array(labels * labels);
  for (const [row, label] of truth.entries()) {
    counts[label]!++;
    matrix[given[row]! * labels + label]!++;
  }
  const lacking = counts.indexOf(0);
  if (lacking >= 0) return { lacking };
  for (let index = 0; index < matrix.length; index++) matrix[index]! /= counts[index % labels]!;
  const confusion = factorise(matrix, labels);
  const smallest = confusion ? smallestSingularValue(confusion) : 0;
  return confusion && smallest >= soundest ? { confusion } : { smallest };
}

/** @param given [n] indices of the given labels @returns [labels] shares, none negative, with the sum 1 */
export function sharesByConfusion(confusion: Factorised, given: Int32Array): Float64Array {
  const mu = new Float64Array(confusion.size);
  for (const label of given) mu[label]! += 1 / given.length;
  const shares = solve(confusion, mu).map((share) => Math.max(0, share));
  const total = shares.reduce((sum, share) => sum + share, 0);
  return shares.map((share) => share / total);
}
