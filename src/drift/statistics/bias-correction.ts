/**
 * Bias-corrected temperature scaling: softmax(log p / T + b) with T and b fitted to labelled rows that were not trained
 * on (Alexandari, Kundaje & Shrikumar, ICML 2020). At the best b, each label's mean probability is its share of the rows.
 *
 * b by iterative scaling (Darroch & Ratcliff, Ann. Math. Stat. 1972): b += log(share / mean probability), which never
 * lowers the likelihood. One row that is divided by the mean probabilities is added, so that a label without a row keeps
 * a finite b.
 */
import { meanProbabilities, type Probabilities } from './likelihood-shift.js';

export interface Correction {
  readonly temperature: number;
  /** [labels] */
  readonly bias: Float64Array;
}

const rounds = 6;
const stepsOfBias = 5;
/** Bounds of the logarithm of the temperature. */
const widest = 1.5;
const stepsOfTemperature = 12;
const golden = (Math.sqrt(5) - 1) / 2;

/** @param truth [n] index of the true label of each row */
export function fitCorrection(probabilities: Probabilities, truth: Int32Array): Correction {
  const { labels } = probabilities;
  const wanted = meanProbabilities(probabilities);
  for (const label of truth) wanted[label]!++;
  // The mean probabilities count as one row.
  const shares = wanted.map((count) => count / (truth.length + 1));
  let correction: Correction = { temperature: 1, bias: new Float64Array(labels) };
  for (let round = 0; round < rounds; round++) {
    for (let step = 0; step < stepsOfBias; step++) {
      const mean = meanProbabilities(corrected(probabilities, correction));
      const bias = correction.bias.map((value, label) => value + Math.log(shares[label]! / mean[label]!));
      correction = { ...correction, bias };
    }
    correction = { ...correction, temperature: bestTemperature(probabilities, truth, correction.bias) };
  }
  return correction;
}

export function corrected({ values, labels }: Probabilities, { temperature, bias }: Correction): Probabilities {
  const result = new Float64Array(values.length);
  for (let start = 0; start < values.length; start += labels) {
    let largest = Number.NEGATIVE_INFINITY;
    for (let label = 0; label < labels; label++) {
      const logit = logOf(values[start + label]!) / temperature + bias[label]!;
      result[start + label] = logit;
      largest = Math.max(largest, logit);
    }
    let sum = 0;
    for (let label = 0; label < labels; label++) {
      result[start + label] = Math.exp(result[start + label]! - largest);
      sum += result[start + label]!;
    }
    for (let label = 0; label < labels; label++) result[start + label]! /= sum;
  }
  return { values: result, labels };
}

/** Probabilities are float32; smaller ones were rounded to 0. */
const logOf = (probability: number) => Math.log(Math.max(probability, 1e-38));

/** By golden-section search: the likelihood has one maximum in 1 / T. */
function bestTemperature(probabilities: Probabilities, truth: Int32Array, bias: Float64Array): number {
  const lossAt = (logarithm: number) =>
    lossOf(corrected(probabilities, { temperature: Math.exp(logarithm), bias }), truth);
  let [low, high] = [-widest, widest];
  let [left, right] = [high - golden * (high - low), low + golden * (high - low)];
  let [ofLeft, ofRight] = [lossAt(left), lossAt(right)];
  for (let step = 0; step < stepsOfTemperature; step++) {
    if (ofLeft < ofRight) {
      [high, right, ofRight] = [right, left, ofLeft];
      left = high - golden * (high - low);
      ofLeft = lossAt(left);
    } else {
      [low, left, ofLeft] = [left, right, ofRight];
      right = low + golden * (high - low);
      ofRight = lossAt(right);
    }
  }
  return Math.exp((low + high) / 2);
}

function lossOf({ values, labels }: Probabilities, truth: Int32Array): number {
  return truth.reduce((sum, label, row) => sum - logOf(values[row * labels + label]!), 0);
}
