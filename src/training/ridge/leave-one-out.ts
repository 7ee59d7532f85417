/**
 * What a ridge head would say of each example had it not learned it: s' = (s - a y) / (1 - a), with leverage a = h^T (G + lambda I)^-1 h
 * (Allen's PRESS residuals, Technometrics 1974). Exact, and without a single refit.
 */

import { multiHot } from '../answers.js';
import type { Floats } from '../native.js';
import { type Factor, solveLower } from './cholesky.js';

/** Learned examples to ask about: all of them are in the statistics that were factored. */
export interface LearnedSample {
  /** [width, count]: one column an example. */
  readonly columns: Floats;
  /** [count] */
  readonly targets: Int32Array;
  /** Of a multi-label task, what targets from the number of classes on stand for. */
  readonly sets?: readonly (readonly number[])[] | undefined;
  /** What something else says of them, had it not learned them: [count, classes]. */
  readonly beside?: Float64Array;
}

/** Beyond this an example determines its own answer, and nothing can be said of it without it. */
const largestLeverage = 0.999;

/**
 * @param weight [width, classes], and the sample's columns: in the factor's precision
 * @returns [count, classes]
 */
export async function leaveOneOutScores(
  factor: Factor,
  weight: Floats,
  { columns, targets, sets }: LearnedSample,
  classes: number,
): Promise<Floats> {
  const count = targets.length;
  const scores = factor.products.makeArray(count * classes);
  const [asked, readout] = [
    { data: columns, dims: [factor.size, count] } as const,
    { data: weight, dims: [factor.size, classes] } as const,
  ];
  await factor.products.multiplyTransposed(asked, readout, scores);
  const reduced = await solveLower(factor, columns, count);
  const leverage = new Float64Array(count);
  for (let start = 0; start < reduced.length; start += count) {
    for (let column = 0; column < count; column++) leverage[column]! += reduced[start + column]! ** 2;
  }
  const truth = multiHot(targets, { classes, sets }, new Int8Array(scores.length));
  return scores.map((score, index) => {
    const a = Math.min(leverage[Math.floor(index / classes)]!, largestLeverage);
    return (score - a * truth[index]!) / (1 - a);
  });
}

/** [count, width] -> [width, count] */
export function columnsOf(features: Float32Array, count: number): Float32Array {
  const width = features.length / count;
  const columns = new Float32Array(features.length);
  for (let row = 0; row < count; row++) {
    for (let column = 0; column < width; column++) columns[column * count + row] = features[row * width + column]!;
  }
  return columns;
}
