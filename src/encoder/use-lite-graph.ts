/**
 * Universal Sentence Encoder Lite as an ONNX graph: two pre-norm transformer layers over 256 -> 512 dimensions, mean,
 * tanh.
 *
 * Cer et al. 2018, "Universal Sentence Encoder", https://arxiv.org/abs/1803.11175. The wiring was read off the
 * TensorFlow.js graph; a test checks that both graphs give equal results. Shapes: B texts, T <= 128 tokens.
 */
import { float32, type Graph, int64, newGraph } from '../core/onnx.js';
import type { Weights } from './tensorflow-weights.js';

export const maximumTokens = 128;
export const hiddenSize = 512;
export const headCount = 4;
export const layerCount = 2;

const encode = 'module_apply_default/Encoder_en/KonaTransformer/Encode';
const stack = `${encode}/TransformerStack`;
/** Scope in the original checkpoint under which some kernels are stored. */
const checkpoint = 'module/Encoder_en/KonaTransformer/Encode';
const whole = 'ConcatPartitions/concat';
/** onnx.TensorProto.DataType.FLOAT */
const floatType = 1;

/**
 * Inputs `input_ids` and `attention_mask`, int64 [B, T]; outputs `last_hidden_state` [B, T, 512] (before tanh),
 * `sentence_embedding` [B, 512], and `first_hidden_state` [B, T, 512], after one of the two layers.
 */
export function useLiteGraph(weights: Weights): Uint8Array {
  const graph = newGraph('use-lite');
  const inputIds = graph.input('input_ids', 'int64', ['batch', 'sequence']);
  const attentionMask = graph.input('attention_mask', 'int64', ['batch', 'sequence']);
  const mask = graph.node('Cast', [clip(graph, attentionMask)], { to: floatType });
  const context = { graph, weights, bias: attentionBias(graph, mask) };
  const embedded = embed(context, clip(graph, inputIds));
  const first = transformerLayer(context, embedded, 0);
  const second = transformerLayer(context, first, 1);
  graph.output(second, 'last_hidden_state', 'float32', ['batch', 'tokens', hiddenSize]);
  graph.output(sentenceEmbedding(context, second, mask), 'sentence_embedding', 'float32', ['batch', hiddenSize]);
  graph.output(first, 'first_hidden_state', 'float32', ['batch', 'tokens', hiddenSize]);
  return graph.encode();
}

interface Context {
  readonly graph: Graph;
  readonly weights: Weights;
  /** Added to attention scores. [B, 1, 1, T] */
  readonly bias: string;
}

/** The first 128 columns. */
function clip(graph: Graph, input: string): string {
  const [start, end, axis] = [0, maximumTokens, 1].map((value) => graph.constant(int64([value])));
  return graph.node('Slice', [input, start!, end!, axis!]);
}

/** 0 at real tokens and -1e9 at padding. */
function attentionBias(graph: Graph, mask: string): string {
  const padding = graph.node('Sub', [graph.constant(float32([1])), mask]);
  return graph.node('Unsqueeze', [
    graph.node('Mul', [padding, graph.constant(float32([-1e9]))]),
    graph.constant(int64([1, 2])),
  ]);
}

/** Twice the embedding plus the timing signal, as the original adds the embedding a second time. [B, T, 256] */
function embed({ graph, weights }: Context, ids: string): string {
  const embedding = graph.node('Gather', [constant(graph, weights, 'module/Embeddings_en'), ids]);
  return graph.node('Add', [embedding, graph.node('Add', [embedding, timingSignal(graph, weights, ids)])]);
}

/** A block of sines followed by a block of cosines, not interleaved. [T, 256] */
function timingSignal(graph: Graph, weights: Weights, ids: string): string {
  const length = graph.node('Gather', [graph.node('Shape', [ids]), graph.constant(int64([1], []))]);
  const end = graph.node('Cast', [length], { to: floatType });
  const columns = graph.node('Range', [graph.constant(float32([0], [])), end, graph.constant(float32([1], []))]);
  const inverse = constant(graph, weights, `${stack}/Layer_0/AddTimingSignal/TimingSignal/ExpandDims_1`);
  const angle = graph.node('Mul', [graph.node('Unsqueeze', [columns, graph.constant(int64([1]))]), inverse]);
  return graph.node('Concat', [graph.node('Sin', [angle]), graph.node('Cos', [angle])], { axis: 1 });
}

/** [B, T, 256] or [B, T, 512] -> [B, T, 512]. */
function transformerLayer(context: Context, input: string, index: 0 | 1): string {
  const { graph } = context;
  const layer = `${encode}/Layer_${index}/TransformerLayer`;
  const attended = selfAttention(context, layerNorm(context, input, layer), index);
  // Only the first layer changes the width; its residual goes through a dense layer, bypassing the norm.
  const residual =
    index === 0 ? dense(context, input, `${layer}/dense/kernel/${whole}`, `${layer}/dense/bias/${whole}`) : input;
  const middle = graph.node('Add', [attended, residual]);

  const kernel = (name: string) => `${stack}/Layer_${index}/TransformerLayer/FFN/${name}/Tensordot/Reshape_1`;
  const wide = dense(
    context,
    layerNorm(context, middle, `${layer}/FFN`),
    kernel('conv1'),
    `${layer}/FFN/conv1/bias/${whole}`,
  );
  const narrow = dense(context, graph.node('Relu', [wide]), kernel('conv2'), `${layer}/FFN/conv2/bias/${whole}`);
  return graph.node('Add', [middle, narrow]);
}

/** softmax(scale q kT + bias) v for 4 heads, then an output layer. [B, T, width] -> [B, T, 512] */
function selfAttention(context: Context, input: string, index: 0 | 1): string {
  const { graph, weights, bias } = context;
  const scope = `Layer_${index}/TransformerLayer/MultiheadAttention`;
  const kernel = (name: string) => `${checkpoint}/${scope}/${name}/kernel/part_0`;
  const biasOf = (name: string) => `${encode}/${scope}/${name}/bias/${whole}`;

  const joined = dense(context, input, kernel('qkv_transform_single'), biasOf('qkv_transform_single'));
  const width = weights(biasOf('qkv_transform_single')).dims[0]! / 3;
  const [q, k, v] = graph.nodes('Split', [joined, graph.constant(int64([width, width, width]))], 3, { axis: 2 });
  const scaled = graph.node('Mul', [q!, constant(graph, weights, `${stack}/${scope}/mul/y`)]);

  const scores = graph.node('MatMul', [splitHeads(scaled, [0, 2, 1, 3]), splitHeads(k!, [0, 2, 3, 1])]);
  const attention = graph.node('Softmax', [graph.node('Add', [scores, bias])], { axis: -1 });
  const mixed = graph.node('Transpose', [graph.node('MatMul', [attention, splitHeads(v!, [0, 2, 1, 3])])], {
    perm: [0, 2, 1, 3],
  });
  const merged = graph.node('Reshape', [mixed, graph.constant(int64([0, 0, width]))]);
  return dense(context, merged, kernel('output_transform_single'), biasOf('output_transform_single'));

  /** [B, T, width] -> [B, T, 4, width / 4], permuted. */
  function splitHeads(value: string, perm: readonly number[]): string {
    const split = graph.node('Reshape', [value, graph.constant(int64([0, 0, headCount, width / headCount]))]);
    return graph.node('Transpose', [split], { perm });
  }
}

/** tanh of a dense layer over the mean of the real tokens, scaled to length 1. [B, 512] */
function sentenceEmbedding(context: Context, hidden: string, mask: string): string {
  const { graph } = context;
  const axis = graph.constant(int64([1]));
  const one = graph.constant(float32([1]));
  const sum = graph.node(
    'ReduceSum',
    [graph.node('Mul', [hidden, graph.node('Unsqueeze', [mask, graph.constant(int64([2]))])]), axis],
    {
      keepdims: 0,
    },
  );
  const count = graph.node('Max', [graph.node('ReduceSum', [mask, axis]), one]);
  const scope = 'module/Encoder_en/hidden_layers/tanh_layer_0';
  const bent = graph.node('Tanh', [
    dense(context, graph.node('Div', [sum, count]), `${scope}/weights`, `${scope}/bias`),
  ]);
  const square = graph.node('ReduceSum', [graph.node('Mul', [bent, bent]), axis]);
  return graph.node('Div', [bent, graph.node('Sqrt', [graph.node('Max', [square, graph.constant(float32([1e-12]))])])]);
}

/** Layer norm over the last axis; epsilon as in the original. `scope` holds `layer_prepostprocess`. */
function layerNorm({ graph, weights }: Context, value: string, scope: string): string {
  const norm = `${scope}/layer_prepostprocess/layer_norm/layer_norm`;
  const scale = constant(graph, weights, `${norm}_scale/${whole}`);
  const bias = constant(graph, weights, `${norm}_bias/${whole}`);
  return graph.node('LayerNormalization', [value, scale, bias], { axis: -1, epsilon: { float: 1e-6 } });
}

/** x W + b over the last axis. */
function dense({ graph, weights }: Context, input: string, kernel: string, bias: string): string {
  const { dims, data } = weights(kernel);
  // Convolution kernels are stored as [1, 1, in, out].
  const matrix = graph.constant({ type: 'float32', dims: dims.slice(-2), data });
  return graph.node('Add', [graph.node('MatMul', [input, matrix]), constant(graph, weights, bias)]);
}

function constant(graph: Graph, weights: Weights, name: string): string {
  return graph.constant({ type: 'float32', ...weights(name) });
}
