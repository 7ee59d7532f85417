/** Chooses the weight of the lexical scores relative to those of the features, and calibrates their sum. */
import type { Floats } from '../native.js';
import { type Calibrated, calibrate } from './calibration.js';

export interface LeftOutScores {
  /** [count] */
  readonly targets: Int32Array;
  readonly sets?: readonly (readonly number[])[] | undefined;
  /** Lexical scores of the same rows, also left out: [count, classes]. */
  readonly beside?: Float64Array | undefined;
}

export interface Weighed {
  /** Factor of the lexical scores in the sum. */
  readonly lexicalShare: number;
  readonly calibrated: Calibrated;
}

/**
 * In units of calibrated scores, so that a share has the same meaning with any head. With many examples, results differ
 * little from 0.15 to 0.4.
 */
const lexicalShares = [0, 0.05, 0.07, 0.1, 0.15, 0.2, 0.3, 0.4, 0.6, 0.8, 1.2, 1.6, 2.5, 4, 6] as const;
/** Index at which the search begins. */
const usualShare = lexicalShares.indexOf(0.2);

const unusable: Calibrated = { temperature: 1, offset: 0, costs: new Float64Array(0), cost: Number.POSITIVE_INFINITY };

/**
 * The smallest share within one standard error of the best one, under which the labels of the left-out sample have the
 * highest likelihood (Breiman et al., "Classification and regression trees", 1984, 3.4.3), with its calibration.
 */
export function weighLexical(scores: Floats, sample: LeftOutScores, classes: number): Weighed {
  const alone = calibrate(scores, sample, classes);
  const { beside } = sample;
  if (!beside) return { lexicalShare: 0, calibrated: alone };
  const shareAt = (place: number) => lexicalShares[place]! * alone.temperature;
  const trials = new Map<number, Calibrated>([[0, alone]]);
  const trialAt = (place: number) => {
    if (place < 0 || place >= lexicalShares.length) return unusable;
    const known = trials.get(place);
    if (known) return known;
    const both = Float64Array.from(scores, (score, index) => score + shareAt(place) * beside[index]!);
    const trial = calibrate(both, sample, classes);
    trials.set(place, trial);
    return trial;
  };
  let place = usualShare;
  while (trialAt(place + 1).cost < trialAt(place).cost) place++;
  while (trialAt(place - 1).cost < trialAt(place).cost) place--;
  const best = trialAt(place).costs;
  while (place > 0 && isNoWorse(trialAt(place - 1).costs, best)) place--;
  return { lexicalShare: shareAt(place), calibrated: trialAt(place) };
}

/** Whether costs of the same rows are within one standard error of the paired difference. */
export function isNoWorse(costs: Float64Array, best: Float64Array): boolean {
  const gaps = costs.map((cost, index) => cost - best[index]!);
  const mean = meanOf(gaps);
  return mean <= Math.sqrt(meanOf(gaps.map((gap) => (gap - mean) ** 2)) / gaps.length);
}

const meanOf = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
