/** Converts scores of labels that do not compete to probabilities, by the slope and offset of a sigmoid. */
import type { Floats } from '../native.js';

/** Relative: the search ends when the cost falls, or the step moves, by less than this. */
const tolerance = 1e-9;
const mostSteps = 100;
const smallestCurvature = 1e-12;
/** With this slope the sigmoid is practically constant, and it can still be divided by. */
const smallestSlope = 1e-9;

/** p = sigmoid(slope * score + offset) */
export interface Sigmoid {
  readonly slope: number;
  readonly offset: number;
}

/**
 * Platt scaling (Platt, "Probabilistic outputs for support vector machines", 1999), one sigmoid for the scores of all
 * labels, by Newton's method, whose steps are halved until the cost falls. If scores carry no information, or are
 * inverted, the result is the overall share of truth. Targets are smoothed as in Platt's paper, so that a minimum
 * exists even if the scores separate all labels.
 * @param truth [n, labels], 1 if a label is true, with as many entries as the scores
 */
export function fitSigmoid(scores: Floats, truth: ArrayLike<number>): Sigmoid {
  let positives = 0;
  for (let index = 0; index < scores.length; index++) positives += truth[index]!;
  const [high, low] = [(positives + 1) / (positives + 2), 1 / (scores.length - positives + 2)];
  const wanted = Float64Array.from({ length: scores.length }, (_, index) => (truth[index] === 1 ? high : low));
  const flat: Sigmoid = { slope: smallestSlope, offset: Math.log((positives + 1) / (scores.length - positives + 1)) };
  let found = flat;
  const costAt = (sigmoid: Sigmoid) => sigmoidCosts(scores, wanted, scores.length, sigmoid)[0]!;
  let cost = costAt(found);
  for (let step = 0; step < mostSteps; step++) {
    const { slope, offset } = newtonStep(scores, wanted, found);
    let [share, next, nextCost] = [2, found, Number.POSITIVE_INFINITY];
    while (!(nextCost <= cost) && share > tolerance) {
      share /= 2;
      next = { slope: found.slope + share * slope, offset: found.offset + share * offset };
      nextCost = costAt(next);
    }
    if (!(nextCost < cost)) break;
    const isSmall = cost - nextCost <= tolerance * cost;
    [found, cost] = [next, nextCost];
    if (isSmall) break;
  }
  return found.slope > smallestSlope ? found : flat;
}

/** Each row's summed negative log-likelihoods of its labels. [n] */
export function sigmoidCosts(
  scores: Floats,
  truth: ArrayLike<number>,
  labels: number,
  { slope, offset }: Sigmoid,
): Float64Array {
  const costs = new Float64Array(scores.length / labels);
  for (let index = 0; index < scores.length; index++)
    costs[Math.floor(index / labels)]! += costOf(slope * scores[index]! + offset, truth[index]!);
  return costs;
}

/** softplus(logit) - truth * logit */
function costOf(logit: number, truth: number): number {
  return Math.max(logit, 0) + Math.log1p(Math.exp(-Math.abs(logit))) - truth * logit;
}

/**
 * Minus the inverse of the matrix of second derivatives, times the first derivatives; the matrix is kept nonsingular as
 * in Lin et al. (2007).
 */
function newtonStep(scores: Floats, wanted: Float64Array, { slope, offset }: Sigmoid): Sigmoid {
  let [bySlope, byOffset, slopes, both, offsets] = [0, 0, smallestCurvature, 0, smallestCurvature];
  for (let index = 0; index < scores.length; index++) {
    const score = scores[index]!;
    const share = 1 / (1 + Math.exp(-(slope * score + offset)));
    const [gap, spread] = [share - wanted[index]!, share * (1 - share)];
    bySlope += gap * score;
    byOffset += gap;
    slopes += spread * score * score;
    both += spread * score;
    offsets += spread;
  }
  const determinant = slopes * offsets - both * both;
  return {
    slope: -(offsets * bySlope - both * byOffset) / determinant,
    offset: -(slopes * byOffset - both * bySlope) / determinant,
  };
}
