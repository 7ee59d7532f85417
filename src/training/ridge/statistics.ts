/**
 * The accumulated statistics of ridge regression on features h: G = sum h h^T and Q = sum h y^T, with y 1 at each class
 * that is true. They are all that a ridge head needs of the past: sums, so order does not matter, nothing is forgotten,
 * and an example can be taken out again.
 *
 * Exact: features are whole numbers of at most 127 in size (features.ts), multiplied as 8-bit integers into 32-bit
 * sums. A slice of 1,024 rows sums to at most 1024 x 127^2 = 16.5 million, below 2^31; slices are summed as int32 while
 * those suffice, else as float64, exact to 2^53. So G and Q are the same bits for any order, slicing and number of
 * threads, and taking examples out leaves the bits of never having added them.
 */
import type { Tensors } from '../../core/safetensors.js';
import { compile } from '../native.js';
import { type Features, lowestFeature } from './features.js';
import {
  addToPanel,
  diagonalOf,
  emptyGram,
  type Gram,
  largestEntry,
  largestInt32,
  narrowest,
  packedLength,
  panelsOf,
  widened,
} from './gram.js';
import { featuresGraph, openSliceProducts, type SliceProducts } from './slice-products.js';

export interface RidgeStatistics {
  readonly width: number;
  readonly classes: number;
  readonly count: number;
  readonly gram: Gram;
  /** [width, classes], whole numbers. */
  readonly cross: Float64Array;
}

export function emptyStatistics(width: number, classes: number): RidgeStatistics {
  return { width, classes, count: 0, gram: emptyGram(width), cross: new Float64Array(width * classes) };
}

/** The same statistics with room for more classes, at the end. */
export function withClasses(statistics: RidgeStatistics, classes: number): RidgeStatistics {
  if (classes === statistics.classes) return statistics;
  const cross = new Float64Array(statistics.width * classes);
  for (let row = 0; row < statistics.width; row++) {
    cross.set(statistics.cross.subarray(row * statistics.classes, (row + 1) * statistics.classes), row * classes);
  }
  return { ...statistics, classes, cross };
}

export interface RidgeInput {
  /** [n, d], standardised. */
  readonly inputs: Float32Array;
  /** [n] */
  readonly targets: Int32Array;
  /** What targets from the number of classes on stand for: an example counts for each class of its set. */
  readonly sets?: readonly (readonly number[])[] | undefined;
  readonly features: Features;
  readonly threads: number;
  readonly progress: (done: number, total: number) => void;
}

/** Rows that go through the native graph at once: bounds memory, and the sums above. */
const sliceRows = 1024;

/** What a slice can add to an entry of G. */
const largestShare = sliceRows * 127 ** 2;

/** Adds examples, in place where the numbers have room. Cost: n width^2 / 2 multiply-adds of 8-bit integers. */
export function addExamples(statistics: RidgeStatistics, input: RidgeInput): Promise<RidgeStatistics> {
  return accumulate(statistics, input, 1);
}

/**
 * Takes examples out that were added before, alike.
 * @throws where the statistics do not hold them, as far as that shows: what is left must be sums over as many examples
 * as are left (isPossible)
 */
export async function removeExamples(statistics: RidgeStatistics, input: RidgeInput): Promise<RidgeStatistics> {
  const left = await accumulate(statistics, input, -1);
  if (!isPossible(left, lowestFeature(input.features.kind)))
    throw new Error('the examples to remove are not in the statistics');
  return left;
}

/** Relative: products of sums beyond 2^53 are rounded. */
const roundingOfSums = 1e-12;

/**
 * Whether some examples can have these sums: no square is negative, no sum of features that have no sign is, no product
 * of two features exceeds what their squares allow, nor does a feature's sum over a class what its square and the
 * number of examples allow (Cauchy-Schwarz).
 */
function isPossible({ count, gram, cross, classes }: RidgeStatistics, lowest: number): boolean {
  const squares = diagonalOf(gram);
  if (count < 0 || squares.some((square) => square < 0)) return false;
  const isWithin = (product: number, square: number) => product ** 2 <= square * (1 + roundingOfSums);
  const isCrossPossible = cross.every(
    (sum, index) => (lowest < 0 || sum >= 0) && isWithin(sum, count * squares[Math.floor(index / classes)]!),
  );
  if (!isCrossPossible) return false;
  for (const { top, height, offset } of panelsOf(gram.width)) {
    const width = gram.width - top;
    for (let row = 0; row < height; row++)
      for (let column = row; column < width; column++)
        if (!isWithin(gram.data[offset + row * width + column]!, squares[top + row]! * squares[top + column]!))
          return false;
  }
  return true;
}

async function accumulate(before: RidgeStatistics, input: RidgeInput, sign: 1 | -1): Promise<RidgeStatistics> {
  const { inputs, targets, features, threads, progress } = input;
  if (targets.length === 0) return before;
  const { width, classes } = before;
  const native = await openSliceProducts(features, {
    dimension: inputs.length / targets.length,
    width,
    classes,
    threads,
  });
  let statistics = before;
  try {
    for (let start = 0; start < targets.length; start += sliceRows) {
      const end = Math.min(start + sliceRows, targets.length);
      statistics = await addSlice(statistics, native, { input, start, end, sign });
      progress(end, targets.length);
    }
  } finally {
    await native.close();
  }
  return { ...statistics, gram: narrowest(statistics.gram) };
}

interface Slice {
  readonly input: RidgeInput;
  readonly start: number;
  readonly end: number;
  readonly sign: 1 | -1;
}

/** Adds the sums of a slice, or takes them away, a panel at a time. */
async function addSlice(
  statistics: RidgeStatistics,
  native: SliceProducts,
  { input, start, end, sign }: Slice,
): Promise<RidgeStatistics> {
  const { width, cross } = statistics;
  const gram = largestEntry(statistics.gram) + largestShare > largestInt32 ? widened(statistics.gram) : statistics.gram;
  const slice = await native.bytesOf(input, start, end);
  for (const panel of panelsOf(width)) addToPanel(gram, panel, await native.panelOf(slice, panel), sign);
  for (let index = 0; index < cross.length; index++) cross[index]! += sign * slice.cross[index]!;
  return { ...statistics, gram, count: statistics.count + sign * (end - start) };
}

/** [n, d] standardised -> [n, width] float32 that hold whole numbers */
export async function mapFeatures(
  inputs: Float32Array,
  { features, dimension, threads }: { features: Features; dimension: number; threads: number },
): Promise<Float32Array> {
  const native = await compile(featuresGraph(features, dimension), threads);
  try {
    const results = await native.run({
      inputs: { data: inputs, dims: [inputs.length / dimension, dimension] },
      ...features.tensors,
    });
    return results.features as Float32Array;
  } finally {
    await native.close();
  }
}

/** For keeping: what is whole numbers within int32 takes 4 bytes each, so that equal statistics are equal bytes. */
export function packStatistics({ width, classes, count, gram, cross }: RidgeStatistics): Tensors {
  const fits = cross.every((value) => Math.abs(value) <= largestInt32);
  return {
    'statistics.gram': { dims: [gram.data.length], data: gram.data },
    'statistics.cross': { dims: [width, classes], data: fits ? new Int32Array(cross) : cross },
    'statistics.count': { dims: [1], data: Float64Array.of(count) },
  };
}

/** Whether a state holds ridge statistics of this width, as packStatistics writes them. */
export function holdsStatistics(state: Tensors, width: number): boolean {
  return state['statistics.cross']?.dims[0] === width && state['statistics.gram']?.dims[0] === packedLength(width);
}

/** What packStatistics made, a copy; undefined where a state holds no ridge statistics. */
export function unpackStatistics(state: Tensors): RidgeStatistics | undefined {
  const { 'statistics.gram': gram, 'statistics.cross': cross, 'statistics.count': count } = state;
  if (!gram || !cross || !count) return undefined;
  const [width, classes] = [cross.dims[0]!, cross.dims[1]!];
  const data = gram.data.slice() as Int32Array | Float64Array;
  return { width, classes, count: count.data[0]!, gram: { width, data }, cross: new Float64Array(cross.data) };
}
