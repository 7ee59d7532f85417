/**
 * The native part of the statistics: features of a slice of examples, their products with each other, and their sums by
 * class.
 */
import { elementTypeOf, float32, type Graph, newGraph } from '../../core/onnx.js';
import { multiHot } from '../answers.js';
import { compile, type NativeArray, type NativeInput } from '../native.js';
import { type Features, type FeatureWriter, lowestFeature, writeFeatures } from './features.js';
import { type Panel, panelRows } from './gram.js';

/** ONNX's codes of the types. */
const [uint8, int8] = [2, 3];

/** The unsigned byte that represents 0 for signed features. */
const signedZero = 64;

export interface Examples {
  /** [n, d], standardised. */
  readonly inputs: Float32Array;
  /** [n] */
  readonly targets: Int32Array;
  /** Label sets of the targets from the number of classes on. */
  readonly sets?: readonly (readonly number[])[] | undefined;
}

interface SliceBytes {
  /** [n, width] int8 */
  readonly bytes: NativeInput;
  /** [width, n] uint8, offset for signed features. */
  readonly turned: NativeInput;
  readonly cross: NativeArray;
}

/** Products for one feature map, width and number of classes. */
export interface SliceProducts {
  bytesOf(examples: Examples, start: number, end: number): Promise<SliceBytes>;
  /** The result is valid until the next call. */
  panelOf(slice: SliceBytes, panel: Panel): Promise<Int32Array>;
  close(): Promise<void>;
}

/** Opens the native part with a single buffer for all panels: allocating memory is the main cost of large results. */
export async function openSliceProducts(
  features: Features,
  { dimension, width, classes, threads }: { dimension: number; width: number; classes: number; threads: number },
): Promise<SliceProducts> {
  const bytes = await compile(bytesGraph(features, { dimension, width, classes }), threads);
  const products = await compile(panelGraph(features, width), threads);
  const room = new Int32Array(panelRows * width);
  return {
    async bytesOf(examples, start, end) {
      const truth = multiHot(
        examples.targets.subarray(start, end),
        { classes, sets: examples.sets },
        new Int8Array((end - start) * classes),
      );
      const results = await bytes.run({
        inputs: { data: examples.inputs.subarray(start * dimension, end * dimension), dims: [end - start, dimension] },
        truth: { data: truth, dims: [end - start, classes] },
        ...features.tensors,
      });
      const [rows, turned] = [
        { data: results.bytes!, dims: [end - start, width] },
        { data: results.turned!, dims: [width, end - start] },
      ];
      return { bytes: rows, turned, cross: results.cross! };
    },
    async panelOf(slice, { top, height }) {
      const panel = room.subarray(0, height * (width - top));
      const place = {
        top: { data: Int32Array.of(top), dims: [1] },
        end: { data: Int32Array.of(top + height), dims: [1] },
      };
      const operands = { bytes: slice.bytes, turned: slice.turned };
      await products.run({ ...operands, ...place }, { panel: { data: panel, dims: [height, width - top] } });
      return panel;
    },
    async close() {
      await bytes.close();
      await products.close();
    },
  };
}

/** inputs [n, d] -> features [n, width] */
export function featuresGraph(features: Features, dimension: number): Graph {
  const graph = newGraph('features');
  const inputs = graph.input('inputs', 'float32', ['n', dimension]);
  graph.output(featuresIn(graph, features, { inputs, dimension }), 'features', 'float32', ['n', 'width']);
  return graph;
}

/**
 * inputs [n, d], truth [n, classes] -> the features as bytes [n, width], transposed as turned [width, n], and their
 * sums by class, cross [width, classes].
 */
function bytesGraph(
  features: Features,
  { dimension, width, classes }: { dimension: number; width: number; classes: number },
): Graph {
  const graph = newGraph('feature-bytes');
  const inputs = graph.input('inputs', 'float32', ['n', dimension]);
  const truth = graph.input('truth', 'int8', ['n', classes]);
  const found = featuresIn(graph, features, { inputs, dimension });
  const bytes = asSigned(graph, found);
  const turned = graph.node('Transpose', [asUnsigned(graph, features, found)], { perm: [1, 0] });
  const cross = graph.node('MatMulInteger', [turned, truth, ...zeroPoint(graph, features)]);
  graph.output(bytes, 'bytes', 'int8', ['n', width]);
  graph.output(turned, 'turned', 'uint8', [width, 'n']);
  graph.output(cross, 'cross', 'int32', [width, classes]);
  return graph;
}

/**
 * Maps bytes and turned, as above, to a panel of products, rows [top, end) and columns from `top` on: [end - top, width
 * - top] int32.
 */
function panelGraph(features: Features, width: number): Graph {
  const graph = newGraph('gram-panel');
  const [turned, bytes] = [graph.input('turned', 'uint8', [width, 'n']), graph.input('bytes', 'int8', ['n', width])];
  const [top, end] = [graph.input('top', 'int32', [1]), graph.input('end', 'int32', [1])];
  const constant = (value: number) => graph.constant({ type: 'int32', dims: [1], data: Int32Array.of(value) });
  const rows = graph.node('Slice', [turned, top, end, constant(0)]);
  const columns = graph.node('Slice', [bytes, top, constant(width), constant(1)]);
  graph.output(graph.node('MatMulInteger', [rows, columns, ...zeroPoint(graph, features)]), 'panel', 'int32', [
    'rows',
    'columns',
  ]);
  return graph;
}

function featuresIn(graph: Graph, { kind, tensors }: Features, given: { inputs: string; dimension: number }): string {
  const names = Object.fromEntries(
    Object.entries(tensors).map(([name, { dims, data }]) => [name, graph.input(name, elementTypeOf(data), dims)]),
  );
  const writer: FeatureWriter = {
    node: graph.node,
    constant: (values, dims) => graph.constant(float32(values, dims)),
    tensor: (tensor) => graph.constant(tensor),
  };
  return writeFeatures(writer, { kind, ...given, tensors: names });
}

/** Features as signed bytes. */
export function asSigned(graph: Graph, features: string): string {
  return graph.node('Cast', [features], { to: int8 });
}

/** Features as unsigned bytes: signed ones are offset. */
export function asUnsigned(graph: Graph, { kind }: Features, features: string): string {
  const moved =
    lowestFeature(kind) === 0 ? features : graph.node('Add', [features, graph.constant(float32([signedZero], []))]);
  return graph.node('Cast', [moved], { to: uint8 });
}

/** The byte that represents 0, if it is not 0; an optional input of MatMulInteger. */
export function zeroPoint(graph: Graph, { kind }: Features): string[] {
  return lowestFeature(kind) === 0
    ? []
    : [graph.constant({ type: 'uint8', dims: [], data: Uint8Array.of(signedZero) })];
}
