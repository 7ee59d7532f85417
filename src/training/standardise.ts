/**
 * The input of every head: each dimension is centred to mean 0 over the first data seen, then each vector is scaled to
 * length sqrt(d). Dimensions keep their own spread: scaled to variance 1 over a first domain, they would remain biased
 * towards it (CLINC150, validation: 94.1 against 94.5 %, without n-grams).
 */
import type { Tensor } from '../core/safetensors.js';
import type { TrainingJob } from './job.js';
import { slicesOf } from './rows.js';

export interface Standardisation {
  /** [d] */
  readonly mean: Tensor;
  /**
   * [d]: 1. Heads written by an earlier Espalier have 0 for dimensions that were constant in their first update; those
   * stay left out.
   */
  readonly scale: Tensor;
}

/**
 * Fits the first `dimension` columns of [n, stride]. Fitted once, at an adapter's first update, and frozen: statistics
 * of two updates can be added only if their inputs have the same meaning. A dimension that is constant in the first
 * update is kept: it may vary in later ones, and nothing is divided by its spread.
 */
export function fitStandardisation(vectors: Float32Array, dimension: number, stride = dimension): Standardisation {
  const sum = new Float64Array(dimension);
  addColumns(sum, vectors, stride);
  return centredOn(sum, vectors.length / stride);
}

/** Adds each of the first columns of [n, stride], row by row, in place. */
function addColumns(sum: Float64Array, vectors: Float32Array, stride: number): void {
  for (let start = 0; start < vectors.length; start += stride)
    for (let index = 0; index < sum.length; index++) sum[index]! += vectors[start + index]!;
}

function centredOn(sum: Float64Array, count: number): Standardisation {
  const dimension = sum.length;
  const mean = Float32Array.from(sum, (value) => value / count);
  return {
    mean: { dims: [dimension], data: mean },
    scale: { dims: [dimension], data: new Float32Array(dimension).fill(1) },
  };
}

/** The parent's standardisation, or one fitted to the new examples. */
export function standardisationOf({ parent, fresh, dimension, lexical }: TrainingJob): Standardisation {
  if (parent) return { mean: parent.head.tensors.mean!, scale: parent.head.tensors.scale! };
  const sum = new Float64Array(dimension - lexical);
  for (const { vectors } of slicesOf(fresh, dimension)) addColumns(sum, vectors, dimension);
  return centredOn(sum, fresh.targets.length);
}

/** The first d columns of [n, stride] -> [n, d] float32 */
export function standardise(
  vectors: Float32Array,
  { mean, scale }: Standardisation,
  stride = mean.data.length,
): Float32Array {
  const dimension = mean.data.length;
  const result = new Float32Array((vectors.length / stride) * dimension);
  for (let start = 0, from = 0; start < result.length; start += dimension, from += stride) {
    let squares = 0;
    for (let index = 0; index < dimension; index++) {
      const value = (vectors[from + index]! - mean.data[index]!) * scale.data[index]!;
      result[start + index] = value;
      squares += value * value;
    }
    const factor = Math.sqrt(dimension) / Math.max(Math.sqrt(squares), 1e-12);
    for (let index = 0; index < dimension; index++) result[start + index]! *= factor;
  }
  return result;
}
