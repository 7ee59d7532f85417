/**
 * The shares of the labels in unlabelled rows of greatest likelihood, from calibrated probabilities. Saerens, Latinne &
 * Decaestecker, "Adjusting the outputs of a classifier to new a priori probabilities", Neural Computation 2002: EM over
 *
 *   p(label | row) ~ q[label] / p[label] p0(label | row),  q = mean over rows
 *
 * Alexandari, Kundaje & Shrikumar, "Maximum likelihood with bias-corrected calibration is hard-to-beat at label shift
 * adaptation", ICML 2020: it is more exact than a confusion matrix, provided that the probabilities are calibrated
 * without a bias for any label (bias-correction.ts).
 */

/** Shares change by less than this in the last round. */
const tolerance = 1e-5;
const mostRounds = 300;

/** Probabilities, [n, labels] row-major; each row has the sum 1. */
export interface Probabilities {
  readonly values: Float64Array;
  readonly labels: number;
}

/**
 * @param before [labels] mean probabilities of rows with the old shares
 * @param weights [n] how often each row counts; each once by default
 * @param start shares of the first round; `before` by default
 * @returns [labels] shares
 */
export function sharesByLikelihood(
  { values, labels }: Probabilities,
  before: Float64Array,
  { weights, start = before }: { readonly weights?: Int32Array; readonly start?: Float64Array } = {},
): Float64Array {
  const rows = values.length / labels;
  const total = weights ? weights.reduce((sum, weight) => sum + weight, 0) : rows;
  let shares = start;
  for (let round = 0; round < mostRounds; round++) {
    const next = new Float64Array(labels);
    const ratios = shares.map((share, label) => (before[label]! > 0 ? share / before[label]! : 0));
    for (let row = 0; row < rows; row++) {
      const weight = weights ? weights[row]! : 1;
      if (weight > 0) addPosterior(values.subarray(row * labels, (row + 1) * labels), ratios, weight / total, next);
    }
    const change = next.reduce((most, share, label) => Math.max(most, Math.abs(share - shares[label]!)), 0);
    shares = next;
    if (change < tolerance) break;
  }
  return shares;
}

function addPosterior(own: Float64Array, ratios: Float64Array, weight: number, into: Float64Array): void {
  let sum = 0;
  for (let label = 0; label < own.length; label++) sum += own[label]! * ratios[label]!;
  if (sum === 0) return;
  for (let label = 0; label < own.length; label++) into[label]! += (weight * own[label]! * ratios[label]!) / sum;
}

/** [labels] Mean of the rows. */
export function meanProbabilities({ values, labels }: Probabilities, weights?: Int32Array): Float64Array {
  const mean = new Float64Array(labels);
  const rows = values.length / labels;
  const total = weights ? weights.reduce((sum, weight) => sum + weight, 0) : rows;
  for (let row = 0; row < rows; row++) {
    const weight = (weights ? weights[row]! : 1) / total;
    if (weight > 0) for (let label = 0; label < labels; label++) mean[label]! += weight * values[row * labels + label]!;
  }
  return mean;
}
