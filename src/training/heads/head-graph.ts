/**
 * adapter.onnx: a trained head as a graph that any ONNX Runtime runs. Input `embedding` [batch, d]; outputs `logits`
 * [batch, classes], `probabilities`, `adapted` [batch, dense], the dense part of the embedding as changed by the head
 * (unit length; unchanged for heads that do not move it), and `distance` [batch] for heads that measure one. The logit
 * of a retired class is `maskedScore` and its probability 0, so that no program that reads the file answers it.
 */
import { elementTypeOf, type Graph, newGraph } from '../../core/onnx.js';
import type { Tensor } from '../../core/safetensors.js';
import { arithmeticIn } from '../autodiff/arithmetic.js';
import { type Expression, type Source, sourcesOf } from '../autodiff/expression.js';
import { writeForward } from '../autodiff/gradient.js';
import { formulaOf, headKindNamed } from '../heads.js';
import { type Head, type HeadOutputs, maskedScore } from '../job.js';
import { compile } from '../native.js';

export function headGraph(head: Head): Graph {
  const { dimension, lexical, classes } = head.shape;
  const graph = newGraph('adapter');
  const vector = graph.input('embedding', 'float32', ['batch', dimension]);
  const arithmetic = arithmeticIn(graph, 'float32');
  const columns = (from: number, to: number) => {
    if (lexical === 0) return vector;
    return graph.node('Slice', [vector, ...[from, to, 1].map((value) => arithmetic.integers([value]))]);
  };
  const dense = columns(0, dimension - lexical);
  const given: Record<string, string> = {
    x: standardised(graph, dense, head),
    counts: columns(dimension - lexical, dimension),
  };
  const outputs = formulaOf(headKindNamed(head.kind), head.shape);
  const written = new Map<string, string>();
  const nameOf = ({ kind, name, values, dims }: Source): string => {
    if (kind === 'minibatch') return given[name]!;
    if (kind === 'constant') return arithmetic.constant(values, dims);
    const known = written.get(name) ?? constant(graph, head.tensors[name]!, name);
    written.set(name, known);
    return known;
  };
  const computed = writeForward(arithmetic, rootsOf(outputs), nameOf);
  const logits = withoutRetired(graph, computed.get(outputs.scores)!.value, head);
  const embedding = outputs.embedding ? computed.get(outputs.embedding)!.value : dense;
  graph.output(logits, 'logits', 'float32', ['batch', classes]);
  graph.output(probabilities(graph, logits, head), 'probabilities', 'float32', ['batch', classes]);
  graph.output(unit(graph, embedding), 'adapted', 'float32', ['batch', dimension - lexical]);
  if (outputs.distance) {
    const flat = graph.node('Squeeze', [computed.get(outputs.distance)!.value, arithmetic.integers([1])]);
    graph.output(flat, 'distance', 'float32', ['batch']);
  }
  return graph;
}

/** The names of the tensors of a head of this kind and shape. */
export function tensorNames({ kind, shape }: Pick<Head, 'kind' | 'shape'>): string[] {
  const roots = rootsOf(formulaOf(headKindNamed(kind), shape));
  return ['mean', 'scale', ...[...sourcesOf(roots, 'parameter'), ...sourcesOf(roots, 'whole')].map(({ name }) => name)];
}

function rootsOf({ scores, embedding, distance }: HeadOutputs): Expression[] {
  return [scores, embedding, distance].filter((root) => root !== undefined);
}

export interface Scorer {
  /** Scores for embeddings [n, d], as served: [n, classes]. */
  score(vectors: Float32Array): Promise<Float32Array>;
  close(): Promise<void>;
}

export async function openScorer(head: Head, threads: number): Promise<Scorer> {
  const native = await compile(headGraph(head), threads);
  const { dimension } = head.shape;
  return {
    async score(vectors) {
      const { logits } = await native.run({
        embedding: { data: vectors, dims: [vectors.length / dimension, dimension] },
      });
      return logits as Float32Array;
    },
    close: () => native.close(),
  };
}

/** The scores of one batch. */
export async function scoresOf(head: Head, vectors: Float32Array, threads: number): Promise<Float32Array> {
  const scorer = await openScorer(head, threads);
  try {
    return await scorer.score(vectors);
  } finally {
    await scorer.close();
  }
}

/** The probabilities of one batch, as the head gives them when it serves: [n, classes]. */
export async function probabilitiesOf(head: Head, vectors: Float32Array, threads: number): Promise<Float32Array> {
  const native = await compile(headGraph(head), threads);
  const { dimension } = head.shape;
  try {
    const embedding = { data: vectors, dims: [vectors.length / dimension, dimension] };
    return (await native.run({ embedding })).probabilities as Float32Array;
  } finally {
    await native.close();
  }
}

function constant(graph: Graph, { dims, data }: Tensor, name: string): string {
  return graph.constant({ type: elementTypeOf(data), dims, data }, name);
}

function standardised(graph: Graph, embedding: string, { tensors, shape }: Head): string {
  const centred = graph.node('Sub', [embedding, constant(graph, tensors.mean!, 'mean')]);
  const scaled = graph.node('Mul', [centred, constant(graph, tensors.scale!, 'scale')]);
  const length = graph.constant({
    type: 'float32',
    dims: [],
    data: Float32Array.of(Math.sqrt(shape.dimension - shape.lexical)),
  });
  return graph.node('Mul', [unit(graph, scaled), length]);
}

function withoutRetired(graph: Graph, scores: string, { tensors: { retired }, shape }: Head): string {
  if (!retired) return scores;
  const isRetired = graph.constant({ type: 'bool', dims: [shape.classes], data: Uint8Array.from(retired.data) });
  const masked = graph.constant({ type: 'float32', dims: [], data: Float32Array.of(maskedScore) });
  return graph.node('Where', [isRetired, masked, scores]);
}

/**
 * Softmax within each task; in a multi-label task the sigmoid of each label. All probabilities are 0 in a task whose
 * classes are all retired.
 */
function probabilities(graph: Graph, logits: string, { tensors: { tasks, multiLabel, retired }, shape }: Head): string {
  const row = (numberAt: (index: number) => number) =>
    graph.constant({
      type: 'float32',
      dims: [shape.classes],
      data: Float32Array.from({ length: shape.classes }, (_, index) => numberAt(index)),
    });
  const isOpen = (index: number) => retired?.data[index] !== 1;
  const isFree = (index: number) => multiLabel?.data[index] === 1;
  const taskAt = (index: number) => tasks?.data[index] ?? 0;
  const competing = [...Array(shape.classes).keys()].filter((index) => !isFree(index));
  const open = new Set(competing.filter(isOpen).map(taskAt));
  const isOneTask = !multiLabel && new Set(competing.map(taskAt)).size < 2;
  if (isOneTask && open.size > 0) return graph.node('Softmax', [logits], { axis: -1 });
  const parts = [...open].map((task) => {
    const mask = row((index) => (!isFree(index) && taskAt(index) === task ? 0 : maskedScore));
    return graph.node('Softmax', [graph.node('Add', [logits, mask])], { axis: -1 });
  });
  const isCounted = (index: number) => isFree(index) && isOpen(index);
  const free =
    multiLabel || parts.length === 0
      ? [graph.node('Mul', [graph.node('Sigmoid', [logits]), row((index) => (isCounted(index) ? 1 : 0))])]
      : [];
  return graph.node('Sum', [...parts, ...free]);
}

/** Scales each row to length 1; a row of zeros stays unchanged. */
function unit(graph: Graph, rows: string): string {
  const smallest = graph.constant({ type: 'float32', dims: [], data: Float32Array.of(1e-12) });
  const length = graph.node('ReduceL2', [rows], { axes: [-1], keepdims: 1 });
  return graph.node('Div', [rows, graph.node('Max', [length, smallest])]);
}
