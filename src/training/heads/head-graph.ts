/**
 * adapter.onnx: a trained head as a graph that any ONNX Runtime runs. Input `embedding` [batch, d]; outputs `logits` [batch, classes],
 * `probabilities`, and `adapted` [batch, d + classes], the embedding as the adapter changes it.
 */
import { float32, type Graph, newGraph } from '../../core/onnx.js';
import type { Tensor } from '../../core/safetensors.js';
import type { Head } from '../job.js';
import { writeFeatures } from '../ridge/features.js';

/**
 * How much the class scores weigh in the adapted embedding beside the frozen vector. A head over a frozen encoder changes nothing
 * before its scores, so what it does to a capability shows in the vector that carries them. At a quarter the sample adapter's vectors
 * do at least as well as the frozen ones on its suites; at a half, retrieval loses 5 points.
 */
export const scoreShare = 0.25;

export function headGraph(head: Head): Graph {
  const dimension = head.mean.dims[0]!;
  const classes = head.bias.dims[0]!;
  const graph = newGraph('adapter');
  const embedding = graph.input('embedding', 'float32', ['batch', dimension]);
  const constant = ({ dims, data }: Tensor, name: string) => graph.constant({ type: 'float32', dims, data }, name);
  const centred = graph.node('Mul', [graph.node('Sub', [embedding, constant(head.mean, 'mean')]), constant(head.scale, 'scale')]);
  const length = graph.constant({ type: 'float32', dims: [], data: Float32Array.of(Math.sqrt(dimension)) });
  const input = graph.node('Mul', [unit(graph, centred), length]);
  const writer = {
    node: graph.node,
    constant: (values: readonly number[], dims: readonly number[]) => graph.constant(float32(values, dims)),
  };
  const tensors = head.map ? { map: constant(head.map, 'map') } : undefined;
  const features = tensors ? writeFeatures(writer, { kind: 'relu', inputs: input, tensors }) : input;
  const logits = graph.node('Add', [graph.node('MatMul', [features, constant(head.weight, 'weight')]), constant(head.bias, 'bias')]);
  graph.output(logits, 'logits', 'float32', ['batch', classes]);
  graph.output(graph.node('Softmax', [logits], { axis: -1 }), 'probabilities', 'float32', ['batch', classes]);
  graph.output(adapted(graph, embedding, logits), 'adapted', 'float32', ['batch', dimension + classes]);
  return graph;
}

/** unit([ unit(embedding) ; share * unit(logits - their mean) ]) */
function adapted(graph: Graph, embedding: string, logits: string): string {
  const centred = graph.node('Sub', [logits, graph.node('ReduceMean', [logits], { axes: [-1], keepdims: 1 })]);
  const share = graph.constant({ type: 'float32', dims: [], data: Float32Array.of(scoreShare) });
  const scores = graph.node('Mul', [unit(graph, centred), share]);
  return unit(graph, graph.node('Concat', [unit(graph, embedding), scores], { axis: -1 }));
}

/** Each row to length 1; a row of zeros stays. */
function unit(graph: Graph, rows: string): string {
  const smallest = graph.constant({ type: 'float32', dims: [], data: Float32Array.of(1e-12) });
  const length = graph.node('ReduceL2', [rows], { axes: [-1], keepdims: 1 });
  return graph.node('Div', [rows, graph.node('Max', [length, smallest])]);
}
