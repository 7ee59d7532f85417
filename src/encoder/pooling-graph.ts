/** The poolings of a recipe (pooling.ts) as an ONNX graph, for exported models that include their encoder's pooling. */
import { float32, type Graph, int64, newGraph } from '../core/onnx.js';
import { bucketsOf, outputOf, type Pooling, poolingKindOf, poolingsOf } from '../declaration/recipe.js';
import type { EncoderDeclaration } from './declaration.js';

/** onnx.TensorProto.DataType.FLOAT */
const floatType = 1;

/**
 * Inputs: the model's outputs that the recipe reads, `attention_mask` int64 [batch, tokens], and, if the recipe counts
 * n-grams, `ngram_counts` float32 [batch, N]. Output: `embedding` float32 [batch, dimension], the input of
 * adapter.onnx.
 */
export function poolingGraph(
  { pooling, normalise }: Pick<EncoderDeclaration, 'pooling' | 'normalise'>,
  dimension: number,
): Graph {
  const graph = newGraph('pooling');
  const poolings = poolingsOf(pooling);
  const mask = graph.node('Cast', [graph.input('attention_mask', 'int64', ['batch', 'tokens'])], { to: floatType });
  for (const name of new Set(poolings.map(outputOf))) graph.input(name, 'float32', ['batch']);
  const parts = poolings.map((one) => {
    const pooled = pooledBy(graph, one, mask);
    return normalise ? scaledTo(graph, pooled, 1 / Math.sqrt(poolings.length)) : pooled;
  });
  const lexical = bucketsOf(pooling);
  if (lexical > 0) parts.push(graph.input('ngram_counts', 'float32', ['batch', lexical]));
  graph.output(parts.length === 1 ? parts[0]! : graph.node('Concat', parts, { axis: 1 }), 'embedding', 'float32', [
    'batch',
    dimension,
  ]);
  return graph;
}

/** [batch, dim] */
function pooledBy(graph: Graph, pooling: Pooling, mask: string): string {
  const hidden = graph.node('Cast', [outputOf(pooling)], { to: floatType });
  const way = poolingKindOf(pooling);
  if (way === 'output') return hidden;
  const axis = graph.constant(int64([1]));
  const count = graph.node('ReduceSum', [mask, axis]);
  const one = graph.constant(float32([1]));
  if (way === 'max') {
    const most = graph.node('ReduceMax', [selected(graph, hidden, mask, Number.NEGATIVE_INFINITY)], {
      axes: [1],
      keepdims: 0,
    });
    const isEmpty = graph.node('Less', [count, one]);
    return graph.node('Where', [isEmpty, graph.constant(float32([0])), most]);
  }
  // The position of each token among the real ones, counted from 1.
  const place = graph.node('Mul', [graph.node('CumSum', [mask, graph.constant(int64([1], []))]), mask]);
  const wanted =
    way === 'cls' ? graph.node('Equal', [place, one]) : way === 'last' ? lastOf(graph, place, count, mask) : undefined;
  const read = wanted === undefined ? mask : graph.node('Cast', [wanted], { to: floatType });
  const sum = graph.node('ReduceSum', [selected(graph, hidden, read, 0), axis], { keepdims: 0 });
  if (way !== 'mean' && way !== 'sqrt') return sum;
  const length = graph.node('Max', [count, one]);
  return graph.node('Div', [sum, way === 'mean' ? length : graph.node('Sqrt', [length])]);
}

function lastOf(graph: Graph, place: string, count: string, mask: string): string {
  const real = graph.node('Greater', [mask, graph.constant(float32([0]))]);
  return graph.node('And', [graph.node('Equal', [place, count]), real]);
}

/** [batch, tokens, dim], with `instead` where the mask is 0. */
function selected(graph: Graph, hidden: string, mask: string, instead: number): string {
  const wide = graph.node('Unsqueeze', [mask, graph.constant(int64([2]))]);
  const condition = graph.node('Greater', [wide, graph.constant(float32([0]))]);
  return graph.node('Where', [condition, hidden, graph.constant(float32([instead]))]);
}

/** Each row scaled to this length; a row of zeros stays unchanged. */
function scaledTo(graph: Graph, rows: string, length: number): string {
  const norm = graph.node('Max', [
    graph.node('ReduceL2', [rows], { axes: [-1], keepdims: 1 }),
    graph.constant(float32([1e-30])),
  ]);
  return graph.node('Mul', [graph.node('Div', [rows, norm]), graph.constant(float32([length]))]);
}
