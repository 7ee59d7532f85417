/**
 * How common each label is in rows whose labels nobody knows: by a confusion matrix and by likelihood, each with a
 * bootstrap interval over the unlabelled and the labelled rows (percentiles; Efron & Tibshirani, "An introduction to the
 * bootstrap", 1993). Nothing is corrected by these shares: they are only told.
 */
import type { Random } from '../../core/random.js';
import { corrected, fitCorrection } from './bias-correction.js';
import { confusionOf, sharesByConfusion } from './black-box-shift.js';
import { meanProbabilities, type Probabilities, sharesByLikelihood } from './likelihood-shift.js';

export interface ShiftInput {
  /** Of the unlabelled rows. */
  readonly fresh: Probabilities;
  /** Of labelled rows that the classifier was not trained on. */
  readonly held: Probabilities;
  /** [held rows] Index of the true label. */
  readonly truth: Int32Array;
  readonly replicates: number;
  readonly random: Random;
}

export interface EstimatedShare {
  readonly share: number;
  /** 95 % interval. */
  readonly lower: number;
  readonly upper: number;
}

/** The shares of the labels, or the reason why they are not estimated. */
export type Estimate = { readonly shares: readonly EstimatedShare[] } | { readonly refused: Refusal };

export type Refusal =
  | { readonly kind: 'too many labels'; readonly most: number }
  | { readonly kind: 'a label without a row'; readonly label: number }
  | { readonly kind: 'ill conditioned'; readonly smallest: number };

export interface LabelShift {
  readonly byLikelihood: Estimate;
  readonly byConfusion: Estimate;
}

/** A confusion matrix is solved anew for each replicate, in the cube of the number of labels. */
const mostForConfusion = 200;
const mostForLikelihood = 2000;

export function estimateLabelShift(input: ShiftInput): LabelShift {
  return { byLikelihood: estimateByLikelihood(input), byConfusion: estimateByConfusion(input) };
}

function estimateByLikelihood({ fresh, held, truth, replicates, random }: ShiftInput): Estimate {
  const { labels } = held;
  if (labels > mostForLikelihood) return { refused: { kind: 'too many labels', most: mostForLikelihood } };
  const correction = fitCorrection(held, truth);
  const [asked, known] = [corrected(fresh, correction), corrected(held, correction)];
  const shares = sharesByLikelihood(asked, meanProbabilities(known));
  const drawn = Array.from({ length: replicates }, () => {
    const before = meanProbabilities(known, resample(truth.length, random));
    return sharesByLikelihood(asked, before, { weights: resample(rowsOf(asked), random), start: shares });
  });
  return { shares: withIntervals(shares, drawn) };
}

function estimateByConfusion({ fresh, held, truth, replicates, random }: ShiftInput): Estimate {
  const { labels } = held;
  if (labels > mostForConfusion) return { refused: { kind: 'too many labels', most: mostForConfusion } };
  const known = { truth, given: likeliest(held) };
  const found = confusionOf(known, labels);
  if ('lacking' in found) return { refused: { kind: 'a label without a row', label: found.lacking } };
  if ('smallest' in found) return { refused: { kind: 'ill conditioned', smallest: found.smallest } };
  const given = likeliest(fresh);
  const byLabel = Array.from({ length: labels }, (_, label) => [...truth.keys()].filter((row) => truth[row] === label));
  const drawn: Float64Array[] = [];
  for (let replicate = 0; replicate < replicates; replicate++) {
    // Within each label, so that no label loses all its rows.
    const rows = byLabel.flatMap((own) => own.map(() => own[random.integer(own.length)]!));
    const again = confusionOf(
      { truth: Int32Array.from(rows, (row) => truth[row]!), given: Int32Array.from(rows, (row) => known.given[row]!) },
      labels,
    );
    const asked = given.map(() => given[random.integer(given.length)]!);
    drawn.push(sharesByConfusion('confusion' in again ? again.confusion : found.confusion, asked));
  }
  return { shares: withIntervals(sharesByConfusion(found.confusion, given), drawn) };
}

const rowsOf = ({ values, labels }: Probabilities) => values.length / labels;

/** How often each of `count` rows is among `count` draws with replacement. */
function resample(count: number, random: Random): Int32Array {
  const weights = new Int32Array(count);
  for (let draw = 0; draw < count; draw++) weights[random.integer(count)]!++;
  return weights;
}

function likeliest({ values, labels }: Probabilities): Int32Array {
  return Int32Array.from({ length: values.length / labels }, (_, row) => {
    let best = 0;
    for (let label = 1; label < labels; label++)
      if (values[row * labels + label]! > values[row * labels + best]!) best = label;
    return best;
  });
}

/** Percentiles 2.5 and 97.5 of the replicates. */
function withIntervals(shares: Float64Array, replicates: readonly Float64Array[]): EstimatedShare[] {
  return Array.from(shares, (share, label) => {
    const sorted = Float64Array.from(replicates, (own) => own[label]!).sort();
    const at = (part: number) => sorted[Math.round(part * (sorted.length - 1))] ?? share;
    return { share, lower: Math.min(share, at(0.025)), upper: Math.max(share, at(0.975)) };
  });
}
