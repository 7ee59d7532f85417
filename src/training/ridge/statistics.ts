/**
 * The accumulated statistics of ridge regression on features h: G = sum w h h^T and Q = sum w h y^T, with y 1 at each
 * class that is true and w the weight of the example. A ridge head needs nothing else of the past. They are sums, so
 * order does not matter, nothing is forgotten, and an example can be removed again.
 *
 * Exact: features are whole numbers of at most 127 in size (features.ts), multiplied as 8-bit integers into 32-bit
 * sums. A slice of 1,024 rows sums to at most 1024 x 127^2 = 16.5 million, below 2^31; slices are summed as int32 while
 * those suffice, else as float64, exact to 2^53. Weights are multiples of 1/4, so that weighted sums are exact to 2^51.
 * So G and Q are the same bits for any order, slicing and number of threads; removing examples gives the same bits as
 * never having added them; and an example of weight 2 counts as the same example twice, to the bit.
 */
import { EspalierError } from '../../core/errors.js';
import { groupBy } from '../../core/grouping.js';
import type { Tensors } from '../../core/safetensors.js';
import { portionsOf } from '../../core/sequences.js';
import { compile } from '../native.js';
import { sliceRows } from '../rows.js';
import { type Features, lowestFeature } from './features.js';
import {
  addToPanel,
  diagonalOf,
  emptyGram,
  type Gram,
  largestEntry,
  largestInt32,
  narrowest,
  narrowestNumbers,
  packedLength,
  panelsOf,
  widened,
} from './gram.js';
import { type Examples, featuresGraph, openSliceProducts, type SliceProducts } from './slice-products.js';

export interface RidgeStatistics {
  readonly width: number;
  readonly classes: number;
  /** Sum of the weights: the number of examples, if each counts once. */
  readonly count: number;
  readonly gram: Gram;
  /** [width, classes], whole numbers, or quarters. */
  readonly cross: Float64Array;
}

export function emptyStatistics(width: number, classes: number): RidgeStatistics {
  return { width, classes, count: 0, gram: emptyGram(width), cross: new Float64Array(width * classes) };
}

/** The same statistics with room for more classes at the end. */
export function withClasses(statistics: RidgeStatistics, classes: number): RidgeStatistics {
  if (classes === statistics.classes) return statistics;
  const cross = new Float64Array(statistics.width * classes);
  for (let row = 0; row < statistics.width; row++) {
    cross.set(statistics.cross.subarray(row * statistics.classes, (row + 1) * statistics.classes), row * classes);
  }
  return { ...statistics, classes, cross };
}

/** Makes the inputs of some rows when they are needed, so that those of all rows are never in memory together. */
export interface InputReader {
  /** Columns of an input. */
  readonly dimension: number;
  /** [rows, dimension], standardised. */
  read(rows: readonly number[]): Float32Array;
}

export interface RidgeInput {
  /** [n, d], standardised. */
  readonly inputs: Float32Array | InputReader;
  /** [n] */
  readonly targets: Int32Array;
  /** Label sets of the targets from the number of classes on: an example counts for each class of its set. */
  readonly sets?: readonly (readonly number[])[] | undefined;
  /** [n] multiples of 1/4 up to 16; absent if each example counts once. */
  readonly weights?: Float32Array | undefined;
  readonly features: Features;
  readonly threads: number;
  readonly progress: (done: number, total: number) => void;
}

/** The most that a slice of weight 1 can add to an entry of G. */
const largestShare = sliceRows * 127 ** 2;

/** Adds examples, in place if the numbers have room. Cost: n width^2 / 2 multiply-adds of 8-bit integers. */
export function addExamples(statistics: RidgeStatistics, input: RidgeInput): Promise<RidgeStatistics> {
  return accumulate(statistics, input, 1);
}

/**
 * Removes examples that were added before with the same features, targets and weights.
 * @throws STATE_MISMATCH if the statistics evidently do not contain them: the remaining sums must be possible for the
 * remaining number of examples (isPossible)
 */
export async function removeExamples(statistics: RidgeStatistics, input: RidgeInput): Promise<RidgeStatistics> {
  const left = await accumulate(statistics, input, -1);
  if (!isPossible(left, lowestFeature(input.features.kind))) throw notLearned();
  return left;
}

/** The error of examples that are to be removed from sums in which they are not. */
export function notLearned(): EspalierError {
  return new EspalierError('STATE_MISMATCH', 'the examples to take out are not in the statistics of the version');
}

/** Relative: products of sums beyond 2^53 are rounded. */
const roundingOfSums = 1e-12;

/**
 * Whether some examples can have these sums: no square is negative, no sum of unsigned features is negative, no product
 * of two features exceeds the bound given by their squares, and no feature's sum over a class exceeds the bound given
 * by its square and the number of examples (Cauchy-Schwarz).
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
  const { targets, sets, features, threads, progress } = input;
  if (targets.length === 0) return before;
  const { width, classes } = before;
  const { dimension, read } = readerOf(input);
  const native = await openSliceProducts(features, { dimension, width, classes, threads });
  let statistics = before;
  let done = 0;
  try {
    for (const [weight, rows] of byWeight(input)) {
      for (const slice of portionsOf(rows, sliceRows)) {
        const examples = { inputs: read(slice), targets: Int32Array.from(slice, (row) => targets[row]!), sets };
        statistics = await addSlice(statistics, native, { examples, factor: sign * weight });
        done += slice.length;
        progress(done, targets.length);
      }
    }
  } finally {
    await native.close();
  }
  return { ...statistics, gram: narrowest(statistics.gram) };
}

/** The rows of each weight, so that a slice is added as whole numbers times one factor. */
function byWeight({ targets, weights }: RidgeInput): ReadonlyMap<number, readonly number[]> {
  return groupBy(targets.keys(), (row) => weights?.[row] ?? 1);
}

function readerOf({ inputs, targets }: RidgeInput): InputReader {
  if (!(inputs instanceof Float32Array)) return inputs;
  const dimension = inputs.length / targets.length;
  const read = (rows: readonly number[]) => {
    const own = new Float32Array(rows.length * dimension);
    for (const [place, row] of rows.entries())
      own.set(inputs.subarray(row * dimension, (row + 1) * dimension), place * dimension);
    return own;
  };
  return { dimension, read };
}

interface Slice {
  readonly examples: Examples;
  /** The weight of its examples, negative if they are removed. */
  readonly factor: number;
}

/** Adds `factor` times the sums of a slice, one panel at a time. */
async function addSlice(
  statistics: RidgeStatistics,
  native: SliceProducts,
  { examples, factor }: Slice,
): Promise<RidgeStatistics> {
  const { width, cross } = statistics;
  const isRoomy =
    Number.isInteger(factor) && largestEntry(statistics.gram) + largestShare * Math.abs(factor) <= largestInt32;
  const gram = isRoomy ? statistics.gram : widened(statistics.gram);
  const rows = examples.targets.length;
  const slice = await native.bytesOf(examples, 0, rows);
  for (const panel of panelsOf(width)) addToPanel(gram, panel, await native.panelOf(slice, panel), factor);
  for (let index = 0; index < cross.length; index++) cross[index]! += factor * slice.cross[index]!;
  return { ...statistics, gram, count: statistics.count + factor * rows };
}

/** [n, d] standardised -> [n, width] float32 that contain whole numbers */
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

/**
 * Statistics as tensors for storage: whole numbers within int32 take 4 bytes each, other numbers 8, so that equal
 * statistics have equal bytes.
 */
export function packStatistics({ width, classes, count, gram, cross }: RidgeStatistics): Tensors {
  return {
    'statistics.gram': { dims: [gram.data.length], data: gram.data },
    'statistics.cross': { dims: [width, classes], data: narrowestNumbers(cross) },
    'statistics.count': { dims: [1], data: Float64Array.of(count) },
  };
}

/** Whether a state contains ridge statistics of this width, as written by packStatistics. */
export function holdsStatistics(state: Tensors, width: number): boolean {
  return state['statistics.cross']?.dims[0] === width && state['statistics.gram']?.dims[0] === packedLength(width);
}

/** A copy of the statistics written by packStatistics; undefined if a state contains none. */
export function unpackStatistics(state: Tensors): RidgeStatistics | undefined {
  const { 'statistics.gram': gram, 'statistics.cross': cross, 'statistics.count': count } = state;
  if (!gram || !cross || !count) return undefined;
  const [width, classes] = [cross.dims[0]!, cross.dims[1]!];
  const data = gram.data.slice() as Int32Array | Float64Array;
  return { width, classes, count: count.data[0]!, gram: { width, data }, cross: new Float64Array(cross.data) };
}
