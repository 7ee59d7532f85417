/**
 * A few-shot probe: ridge regression to the classes on a handful of vectors, in its dual form. It asks whether a distinction can still
 * be read off the adapted embedding. Closed form, so that a difference between two adapters is never one of the probe's own luck.
 */
import { dot } from './metrics.js';

/** On vectors of length 1, whose kernel matrix has 1 on its diagonal. */
const ridge = 0.1;

export interface Probe {
  /** The class of a vector of length 1. */
  classify(vector: Float32Array): string;
}

/** @param vectors each of length 1 */
export function fitProbe(vectors: readonly Float32Array[], labels: readonly string[]): Probe {
  const classes = [...new Set(labels)].sort();
  const kernel = vectors.map((a, row) => vectors.map((b, column) => dot(a, b) + (row === column ? ridge : 0)));
  const targets = labels.map((label) => classes.map((name) => (name === label ? 1 : 0) - 1 / classes.length));
  const weights = solvePositive(kernel, targets);
  return {
    classify(vector) {
      const scores = new Float64Array(classes.length);
      for (const [row, known] of vectors.entries()) {
        const similarity = dot(vector, known);
        for (let index = 0; index < classes.length; index++) scores[index]! += similarity * weights[row]![index]!;
      }
      return classes[scores.indexOf(Math.max(...scores))]!;
    },
  };
}

/** X with matrix X = right, by Cholesky; a few hundred rows at most. Overwrites both. */
function solvePositive(matrix: number[][], right: number[][]): number[][] {
  const size = matrix.length;
  for (let k = 0; k < size; k++) {
    const pivot = Math.sqrt(matrix[k]![k]!);
    for (let i = k; i < size; i++) matrix[i]![k]! /= pivot;
    for (let j = k + 1; j < size; j++) {
      for (let i = j; i < size; i++) matrix[i]![j]! -= matrix[i]![k]! * matrix[j]![k]!;
    }
  }
  for (let row = 0; row < size; row++) {
    for (let before = 0; before < row; before++) subtractScaled(right[row]!, right[before]!, matrix[row]![before]!);
    divide(right[row]!, matrix[row]![row]!);
  }
  for (let row = size - 1; row >= 0; row--) {
    for (let after = row + 1; after < size; after++) subtractScaled(right[row]!, right[after]!, matrix[after]![row]!);
    divide(right[row]!, matrix[row]![row]!);
  }
  return right;
}

function subtractScaled(target: number[], source: readonly number[], factor: number): void {
  for (let index = 0; index < target.length; index++) target[index]! -= factor * source[index]!;
}

function divide(target: number[], factor: number): void {
  for (let index = 0; index < target.length; index++) target[index]! /= factor;
}
