/**
 * Scores a sample of learned examples by a head that never saw their groups, from the accumulated statistics
 * (left-out.ts). An example of weight w counts in the statistics as a row sqrt(w) h with the answer sqrt(w) y, so that
 * leverages and residuals of these rows are the plain ones times sqrt(w_i w_j) and sqrt(w_i).
 */
import { multiHot } from '../answers.js';
import type { Floats } from '../native.js';
import { weightAt } from '../rows.js';
import { type Factor, solveLower } from './cholesky.js';
import type { Groups } from './groups.js';
import { columnProducts, columnSquares, writeLeftOut } from './left-out.js';

/** Learned examples to score: all of them are in the statistics that were factored. */
export interface LearnedSample {
  /** [width, count]: one column per example. */
  readonly columns: Floats;
  /** [count] */
  readonly targets: Int32Array;
  /** [count] How much each example counts in the statistics; absent if each counts once. */
  readonly weights?: Float32Array | undefined;
  /** Label sets of the targets from the number of classes on, in a multi-label task. */
  readonly sets?: readonly (readonly number[])[] | undefined;
  /** Near-duplicates, which are left out together. */
  readonly groups: Groups;
  /** Scores of another model that did not learn their groups either, to be added: [count, classes]. */
  readonly beside?: Float64Array;
}

/**
 * Closest distance from 1 at which a leverage can be distinguished from 1: rounding moves it by the precision times the
 * condition of the factored matrix. (At lambda 1,000 and 10,000 examples that is about 1e-3 in float32; float64 has
 * nine digits more.)
 */
const [smallestPivot32, smallestPivot64] = [1e-3, 1e-7];

/**
 * @param weight [width, classes], and the sample's columns: in the factor's precision
 * @returns [count, classes]
 */
export async function leaveGroupsOut(
  factor: Factor,
  weight: Floats,
  { columns, targets, weights, sets, groups }: LearnedSample,
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
  const leverages = columnSquares(reduced, count);
  const truth = multiHot(targets, { classes, sets }, new Int8Array(scores.length));
  const smallestPivot = scores instanceof Float32Array ? smallestPivot32 : smallestPivot64;
  for (const group of groups) {
    const shared = group.length === 1 ? Float64Array.of(leverages[group[0]!]!) : columnProducts(reduced, count, group);
    const size = group.length;
    const roots = group.map((row) => Math.sqrt(weightAt({ weights }, row)));
    const block = shared.map((value, index) => {
      const leverage = value * roots[Math.floor(index / size)]! * roots[index % size]!;
      return (index % (size + 1) === 0 ? 1 : 0) - leverage;
    });
    const right = Float64Array.from({ length: size * classes }, (_, index) => {
      const member = Math.floor(index / classes);
      const place = group[member]! * classes + (index % classes);
      return (truth[place]! - scores[place]!) * roots[member]!;
    });
    writeLeftOut(scores, truth, { group, roots, block, right, smallestPivot });
  }
  return scores;
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
