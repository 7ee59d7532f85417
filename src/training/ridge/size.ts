/** Estimates the size of a version with a ridge head before it is trained. */
import type { FeatureKind } from './features.js';
import { packedLength } from './gram.js';
import { foldsOf } from './kernel-input.js';

export interface RidgeSizes {
  readonly kind: FeatureKind;
  readonly width: number;
  /** Dimension of the embedding, counts of n-grams included. */
  readonly dimension: number;
  readonly lexical: number;
  /** Number of classes of each task. */
  readonly classes: readonly number[];
}

/** Bytes of one weight, count or sum, as float32 or int32. */
const bytesOfNumber = 4;

/**
 * Bytes of adapter.onnx, adapter.safetensors and state.safetensors together. The head's files contain the map and,
 * class by class, the weights; the state contains the statistics of each task. A state whose sums exceed
 * int32, or are not whole because examples count by quarters, takes up to twice its share.
 */
export function estimateRidgeBytes({ kind, width, dimension, lexical, classes }: RidgeSizes): number {
  const all = classes.reduce((sum, count) => sum + count, 0);
  // The map takes one byte per number.
  const map = kind === 'none' ? 0 : (dimension - lexical + foldsOf(kind, lexical)) * width;
  const byClass = bytesOfNumber * (width + lexical) * all;
  const grams = bytesOfNumber * packedLength(width) * classes.length;
  return 2 * (map + byClass) + byClass + grams;
}
