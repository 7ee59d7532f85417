/**
 * The accumulated statistics of ridge regression on features h: G = sum h h^T and Q = sum h y^T, with y the one-hot class. They are
 * all that a ridge head needs of the past: sums, so order does not matter, nothing is forgotten, and an example can be taken out again.
 */
import { newGraph } from '../../core/onnx.js';
import type { Tensor, Tensors } from '../../core/safetensors.js';
import { compile, type NativeFunction } from '../native.js';

export interface RidgeStatistics {
  readonly width: number;
  readonly classes: number;
  readonly count: number;
  /** [width, width] float64, symmetric. */
  readonly gram: Float64Array;
  /** [width, classes] float64. */
  readonly cross: Float64Array;
}

export function emptyStatistics(width: number, classes: number): RidgeStatistics {
  return { width, classes, count: 0, gram: new Float64Array(width * width), cross: new Float64Array(width * classes) };
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
  /** [d, width] */
  readonly map: Tensor;
  readonly threads: number;
  readonly progress: (done: number, total: number) => void;
}

/** Rows that go through the native graph at once: bounds memory, and keeps float32 sums short. */
const sliceRows = 1024;

/** Adds examples, in place. Products are float32 within a slice, sums float64. Cost: n width^2 multiply-adds. */
export async function addExamples(
  statistics: RidgeStatistics,
  { inputs, targets, map, threads, progress }: RidgeInput,
): Promise<RidgeStatistics> {
  const { width, classes } = statistics;
  const dimension = map.dims[0]!;
  const native = await compile(statisticsGraph(dimension, width, classes), threads);
  try {
    for (let start = 0; start < targets.length; start += sliceRows) {
      const end = Math.min(start + sliceRows, targets.length);
      const results = await native.run({
        inputs: { data: inputs.subarray(start * dimension, end * dimension), dims: [end - start, dimension] },
        targets: { data: targets.subarray(start, end), dims: [end - start] },
        map: { data: map.data, dims: map.dims },
      });
      addInto(statistics.gram, results.gram as Float32Array);
      addInto(statistics.cross, results.cross as Float32Array);
      progress(end, targets.length);
    }
  } finally {
    await native.close();
  }
  return { ...statistics, count: statistics.count + targets.length };
}

/** [n, d] standardised -> [n, width] float32 */
export async function mapFeatures(inputs: Float32Array, map: Tensor, threads: number): Promise<Float32Array> {
  const [dimension, width] = [map.dims[0]!, map.dims[1]!];
  const graph = newGraph('features');
  const x = graph.input('inputs', 'float32', ['n', dimension]);
  const weight = graph.input('map', 'float32', [dimension, width]);
  graph.output(graph.node('Relu', [graph.node('MatMul', [x, weight])]), 'features', 'float32', ['n', width]);
  const native: NativeFunction = await compile(graph, threads);
  try {
    const results = await native.run({ inputs: { data: inputs, dims: [inputs.length / dimension, dimension] }, map });
    return results.features as Float32Array;
  } finally {
    await native.close();
  }
}

function statisticsGraph(dimension: number, width: number, classes: number) {
  const graph = newGraph('ridge-statistics');
  const inputs = graph.input('inputs', 'float32', ['n', dimension]);
  const targets = graph.input('targets', 'int32', ['n']);
  const map = graph.input('map', 'float32', [dimension, width]);
  const features = graph.node('Relu', [graph.node('MatMul', [inputs, map])]);
  const depth = graph.constant({ type: 'int32', dims: [1], data: Int32Array.of(classes) });
  const values = graph.constant({ type: 'float32', dims: [2], data: Float32Array.of(0, 1) });
  const oneHot = graph.node('OneHot', [targets, depth, values], { axis: -1 });
  graph.output(graph.node('Gemm', [features, features], { transA: 1 }), 'gram', 'float32', [width, width]);
  graph.output(graph.node('Gemm', [features, oneHot], { transA: 1 }), 'cross', 'float32', [width, classes]);
  return graph;
}

function addInto(sum: Float64Array, part: Float32Array): void {
  for (let index = 0; index < sum.length; index++) sum[index]! += part[index]!;
}

/** For keeping: the Gram matrix as its lower triangle, row by row. */
export function packStatistics({ width, classes, count, gram, cross }: RidgeStatistics): Tensors {
  const packed = new Float64Array((width * (width + 1)) / 2);
  for (let row = 0, at = 0; row < width; at += ++row) packed.set(gram.subarray(row * width, row * width + row + 1), at);
  return {
    'statistics.gram': { dims: [packed.length], data: packed },
    'statistics.cross': { dims: [width, classes], data: cross },
    'statistics.count': { dims: [1], data: Float64Array.of(count) },
  };
}

/** What packStatistics made, or undefined where a state holds no ridge statistics. */
export function unpackStatistics(state: Tensors): RidgeStatistics | undefined {
  const { 'statistics.gram': packed, 'statistics.cross': cross, 'statistics.count': count } = state;
  if (!packed || !cross || !count) return undefined;
  const [width, classes] = [cross.dims[0]!, cross.dims[1]!];
  const gram = new Float64Array(width * width);
  for (let row = 0, at = 0; row < width; at += ++row) {
    for (let column = 0; column <= row; column++) {
      const value = packed.data[at + column]!;
      gram[row * width + column] = value;
      gram[column * width + row] = value;
    }
  }
  return { width, classes, count: count.data[0]!, gram, cross: Float64Array.from(cross.data) };
}
