/** The native part of the statistics: features of a slice of examples, and their products with each other and with the classes. */
import { float32, type Graph, int64, newGraph } from '../../core/onnx.js';
import { type Features, type FeatureWriter, lowestFeature, writeFeatures } from './features.js';
import { panelsOf } from './gram.js';

/** ONNX's number for the type. */
const uint8 = 2;

/** inputs [n, d] -> features [n, width] */
export function featuresGraph(features: Features, dimension: number): Graph {
  const graph = newGraph('features');
  const inputs = graph.input('inputs', 'float32', ['n', dimension]);
  graph.output(featuresIn(graph, features, inputs), 'features', 'float32', ['n', 'width']);
  return graph;
}

/**
 * inputs [n, d] and targets [n] -> panel<i> [height, width - top] of h^T h, each a product with only the columns that it keeps, and
 * cross [width, classes]; all int32.
 */
export function statisticsGraph(
  features: Features,
  { dimension, width, classes }: { dimension: number; width: number; classes: number },
): Graph {
  const graph = newGraph('ridge-statistics');
  const inputs = graph.input('inputs', 'float32', ['n', dimension]);
  const targets = graph.input('targets', 'int32', ['n']);
  const { bytes, zero } = bytesOf(graph, features, featuresIn(graph, features, inputs));
  const turned = graph.node('Transpose', [bytes], { perm: [1, 0] });
  const slice = (value: string, axis: number, start: number, end: number) =>
    graph.node('Slice', [value, ...[start, end, axis].map((number) => graph.constant(int64([number])))]);
  for (const { index, top, height } of panelsOf(width)) {
    const product = graph.node('MatMulInteger', [slice(turned, 0, top, top + height), slice(bytes, 1, top, width), ...zero, ...zero]);
    graph.output(product, `panel${index}`, 'int32', [height, width - top]);
  }
  graph.output(graph.node('MatMulInteger', [turned, oneHot(graph, targets, classes), ...zero]), 'cross', 'int32', [width, classes]);
  return graph;
}

function featuresIn(graph: Graph, { kind, tensors }: Features, inputs: string): string {
  const names = Object.fromEntries(Object.entries(tensors).map(([name, { dims }]) => [name, graph.input(name, 'float32', dims)]));
  const writer: FeatureWriter = { node: graph.node, constant: (values, dims) => graph.constant(float32(values, dims)) };
  return writeFeatures(writer, { kind, inputs, tensors: names });
}

/** Features as unsigned bytes, those with a sign moved up by 128, and the byte that stands for 0: signed bytes have no fast product. */
function bytesOf(graph: Graph, { kind }: Features, features: string): { bytes: string; zero: string[] } {
  const asBytes = (value: string) => graph.node('Cast', [value], { to: uint8 });
  if (lowestFeature(kind) === 0) return { bytes: asBytes(features), zero: [] };
  const middle = graph.constant(float32([128], []));
  return { bytes: asBytes(graph.node('Add', [features, middle])), zero: [asBytes(middle)] };
}

function oneHot(graph: Graph, targets: string, classes: number): string {
  const depth = graph.constant({ type: 'int32', dims: [1], data: Int32Array.of(classes) });
  const hot = graph.node('OneHot', [targets, depth, graph.constant(float32([0, 1]))], { axis: -1 });
  return graph.node('Cast', [hot], { to: uint8 });
}
