/**
 * The plane in which the centres of regions lie farthest apart: the first two principal components of the centres,
 * weighed by their sizes. A plane through all examples mostly shows how single texts vary, and lays the regions on top
 * of one another.
 *
 * The components come from the centres' inner products, a matrix as large as the number of regions, by power iteration
 * from a fixed beginning, so that equal input gives equal output.
 */
import { dot } from '../core/vectors.js';

export interface Plane {
  /** Two directions of length 1; zeros where the centres have fewer. */
  readonly axes: readonly [Float32Array, Float32Array];
  /** Share of the spread of the centres that the plane shows, from 0 to 1; 1 where there is none. */
  readonly share: number;
}

const iterations = 300;

/** @param centres each of the same width; @param sizes number of examples of each */
export function planeOf(centres: readonly Float32Array[], sizes: readonly number[]): Plane {
  const moved = withoutMean(centres, sizes);
  const weighed = moved.map((centre, index) => centre.map((value) => value * Math.sqrt(sizes[index]!)));
  const products = weighed.map((one) => Float64Array.from(weighed, (other) => dot(one, other)));
  const total = products.reduce((sum, row, index) => sum + row[index]!, 0);
  const axes: Float32Array[] = [];
  let shown = 0;
  for (let component = 0; component < 2; component++) {
    const { value, vector } = largestComponent(products);
    axes.push(directionOf(weighed, vector));
    shown += value;
    for (const [row, own] of products.entries())
      for (const column of own.keys()) own[column]! -= value * vector[row]! * vector[column]!;
  }
  const share = total < 1e-12 ? 1 : Math.min(1, shown / total);
  return { axes: [axes[0]!, axes[1]!], share };
}

function withoutMean(centres: readonly Float32Array[], sizes: readonly number[]): Float32Array[] {
  const all = sizes.reduce((sum, size) => sum + size, 0);
  const mean = new Float64Array(centres[0]?.length ?? 0);
  for (const [index, centre] of centres.entries())
    for (const column of mean.keys()) mean[column]! += (centre[column]! * sizes[index]!) / Math.max(1, all);
  return centres.map((centre) => centre.map((value, column) => value - mean[column]!));
}

/** Of a symmetric matrix without negative eigenvalues. */
function largestComponent(matrix: readonly Float64Array[]): { value: number; vector: Float64Array } {
  // Beginning with the longest column, which has a part of the component.
  const longest = matrix.reduce(
    (best, row) => (lengthOf(row) > lengthOf(best) ? row : best),
    new Float64Array(matrix.length),
  );
  let vector = unit(longest);
  for (let round = 0; round < iterations; round++) vector = unit(timesVector(matrix, vector));
  const value = timesVector(matrix, vector).reduce((sum, own, index) => sum + own * vector[index]!, 0);
  return { value: Math.max(0, value), vector };
}

const timesVector = (matrix: readonly Float64Array[], vector: Float64Array) =>
  Float64Array.from(matrix, (row) => row.reduce((sum, value, index) => sum + value * vector[index]!, 0));

const lengthOf = (vector: Float64Array) => Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));

/** Smaller values are rounding: nothing is left. */
const least = 1e-12;

function unit(vector: Float64Array): Float64Array {
  const length = lengthOf(vector);
  return length < least ? new Float64Array(vector.length) : vector.map((value) => value / length);
}

/** With the largest part positive, so that a map is never mirrored. */
function directionOf(weighed: readonly Float32Array[], vector: Float64Array): Float32Array {
  const sums = new Float64Array(weighed[0]?.length ?? 0);
  for (const [index, centre] of weighed.entries())
    for (const column of sums.keys()) sums[column]! += vector[index]! * centre[column]!;
  const direction = unit(sums);
  const largest = direction.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0);
  return Float32Array.from(direction, (value) => (largest < 0 ? -value : value));
}
