/**
 * Temperature scaling (Guo et al., "On calibration of modern neural networks", ICML 2017): divides scores by one number
 * so that they give calibrated probabilities.
 */
import { multiHot } from '../answers.js';
import type { Floats } from '../native.js';
import { fitSigmoid, sigmoidCosts } from './sigmoid.js';

/** A calibration and its cost. */
export interface Calibrated {
  /** The divisor of the scores. */
  readonly temperature: number;
  /** Added after the division. 0 if classes compete. */
  readonly offset: number;
  /** Negative log-likelihood of each row. [n] */
  readonly costs: Float64Array;
  /** Mean of the costs. */
  readonly cost: number;
}

/** @param sets label sets of a multi-label task, whose labels do not compete (sigmoid.ts) */
export function calibrate(
  scores: Floats,
  { targets, sets }: { readonly targets: Int32Array; readonly sets?: readonly (readonly number[])[] | undefined },
  classes: number,
): Calibrated {
  if (!sets) {
    const temperature = fitTemperature(scores, targets, classes, 1 / targets.length);
    return withMean({ temperature, offset: 0, costs: negativeLogLikelihoods(scores, targets, classes, temperature) });
  }
  const truth = multiHot(targets, { classes, sets }, new Int8Array(scores.length));
  const sigmoid = fitSigmoid(scores, truth);
  return withMean({
    temperature: 1 / sigmoid.slope,
    offset: sigmoid.offset,
    costs: sigmoidCosts(scores, truth, classes, sigmoid),
  });
}

function withMean(calibrated: Omit<Calibrated, 'cost'>): Calibrated {
  return { ...calibrated, cost: calibrated.costs.reduce((sum, cost) => sum + cost, 0) / calibrated.costs.length };
}

/** Negative log-likelihood of each row under softmax(scores / temperature), scores [n, classes]. [n] */
export function negativeLogLikelihoods(
  scores: Floats,
  targets: Int32Array,
  classes: number,
  temperature: number,
): Float64Array {
  const costs = new Float64Array(targets.length);
  for (let row = 0; row < targets.length; row++) {
    const start = row * classes;
    const largest = largestIn(scores, start, start + classes);
    let sum = 0;
    for (let index = start; index < start + classes; index++) sum += Math.exp((scores[index]! - largest) / temperature);
    costs[row] = Math.log(sum) - (scores[start + targets[row]!]! - largest) / temperature;
  }
  return costs;
}

/**
 * The bounds of a temperature, in units of the average lead of a row's best score over the mean of the row: odds of
 * e^50 to 1 for the best class, and odds that cannot be distinguished from even. Scores of squared losses and of
 * discriminants differ in size by a factor of 10,000, so that no absolute bounds suit both.
 */
const [coolest, hottest] = [1 / 50, 1000];

/** Relative: the search ends at a step or a bracket of this size. */
const tolerance = 1e-9;
const mostSteps = 100;

/**
 * The temperature with the least negative log-likelihood. In 1 / temperature the cost is convex, so Newton's method
 * finds it in a few steps; a step that would leave the bracket given by the slopes so far is replaced by the bracket's
 * middle ("rtsafe", Press et al., "Numerical recipes", 9.4).
 * @param doubt weight with which each row also counts as an example of every class equally. 1 / n adds one example of
 * unknown label in total (Laplace's rule): a dozen examples that are all right do not make the thirteenth certain.
 */
export function fitTemperature(scores: Floats, targets: Int32Array, classes: number, doubt = 0): number {
  const lead = meanLead(scores, classes);
  if (lead === 0) return 1;
  let [low, high] = [1 / (hottest * lead), 1 / (coolest * lead)];
  let inverse = low < 1 && 1 < high ? 1 : Math.sqrt(low * high);
  for (let step = 0; step < mostSteps; step++) {
    const { slope, curvature } = slopeAt(scores, { targets, classes, doubt }, inverse);
    if (slope === 0) break;
    if (slope > 0) high = inverse;
    else low = inverse;
    const newton = inverse - slope / curvature;
    if (Math.abs(newton - inverse) <= tolerance * inverse || high - low <= tolerance * high) break;
    inverse = newton > low && newton < high ? newton : Math.sqrt(low * high);
  }
  return 1 / inverse;
}

/** A class whose score is this far below the best does not compete. */
const outOfReach = 1e8;

/** The average over the rows of the lead of the best score over the mean of the classes that compete. */
function meanLead(scores: Floats, classes: number): number {
  let total = 0;
  for (let start = 0; start < scores.length; start += classes) {
    const largest = largestIn(scores, start, start + classes);
    let [below, competing] = [0, 0];
    for (let index = start; index < start + classes; index++) {
      if (largest - scores[index]! >= outOfReach) continue;
      below += largest - scores[index]!;
      competing += 1;
    }
    total += below / competing;
  }
  return scores.length === 0 ? 0 : (total * classes) / scores.length;
}

/**
 * Derivatives in `inverse` of the summed negative log-likelihood of softmax(inverse x scores): the slope is expected
 * minus true scores, the curvature their variance.
 */
function slopeAt(
  scores: Floats,
  { targets, classes, doubt }: { targets: Int32Array; classes: number; doubt: number },
  inverse: number,
): { slope: number; curvature: number } {
  let [slope, curvature] = [0, 0];
  for (let row = 0; row < targets.length; row++) {
    const start = row * classes;
    const largest = largestIn(scores, start, start + classes);
    let [total, first, second, sum] = [0, 0, 0, 0];
    for (let index = start; index < start + classes; index++) {
      const below = scores[index]! - largest;
      const share = Math.exp(below * inverse);
      total += share;
      first += share * below;
      second += share * below * below;
      sum += below;
    }
    const mean = first / total;
    slope += mean - (scores[start + targets[row]!]! - largest) + doubt * (mean - sum / classes);
    curvature += (1 + doubt) * (second / total - mean * mean);
  }
  return { slope, curvature };
}

function largestIn(values: Floats, start: number, end: number): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (let index = start; index < end; index++) if (values[index]! > largest) largest = values[index]!;
  return largest;
}
