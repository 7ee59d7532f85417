/**
 * One epoch of softmax regression as one ONNX graph: a Loop over minibatches with forward, backward and AdamW inside.
 *
 *   scores = x W + b + prior;  loss = mean cross-entropy;  d scores = (softmax(scores) - onehot) / batch;  dW = x^T d scores;  db = sum d scores
 *   AdamW (Loshchilov & Hutter, ICLR 2019) on scaled moments m / (1 - beta1) and v / (1 - beta2), so that bias correction, epsilon and
 *   learning rate fold into three numbers a step, made on the host:  w' = w decay - rate m / (sqrt(v) + epsilon)
 */
import { type Graph, newGraph } from '../core/onnx.js';

export interface SoftmaxShape {
  readonly features: number;
  readonly classes: number;
  readonly batch: number;
}

export const beta1 = 0.9;
export const beta2 = 0.999;

/** What the loop carries from step to step, besides the loss. */
const states = ['weight', 'bias', 'weight_m', 'bias_m', 'weight_v', 'bias_v'] as const;
export type SoftmaxState = (typeof states)[number];
export const softmaxStates: readonly SoftmaxState[] = states;

export function dimsOf(state: SoftmaxState, { features, classes }: SoftmaxShape): number[] {
  return state.startsWith('weight') ? [features, classes] : [classes];
}

/** Inputs: x [n, features], y [n] int32, prior [classes], order [steps, batch] int32, rate, epsilon, decay [steps], and the states. Outputs: loss, `next_` states. */
export function softmaxEpoch(shape: SoftmaxShape): Graph {
  const graph = newGraph('softmax-epoch');
  graph.input('x', 'float32', ['n', shape.features]);
  graph.input('y', 'int32', ['n']);
  graph.input('prior', 'float32', [shape.classes]);
  const order = graph.input('order', 'int32', ['steps', shape.batch]);
  for (const name of ['rate', 'epsilon', 'decay']) graph.input(name, 'float32', ['steps']);
  for (const state of states) graph.input(state, 'float32', dimsOf(state, shape));
  const steps = graph.node('Squeeze', [graph.node('Shape', [order], { start: 0, end: 1 })]);
  const go = graph.constant({ type: 'bool', dims: [], data: Uint8Array.of(1) });
  const noLoss = graph.constant({ type: 'float32', dims: [], data: Float32Array.of(0) });
  const attributes = { body: { graph: step(graph, shape) } };
  const [loss, ...next] = graph.nodes('Loop', [steps, go, noLoss, ...states], 1 + states.length, attributes);
  graph.output(loss!, 'loss', 'float32', []);
  for (const [index, state] of states.entries()) graph.output(next[index]!, `next_${state}`, 'float32', dimsOf(state, shape));
  return graph;
}

function step(outer: Graph, shape: SoftmaxShape): Graph {
  const body = outer.body('step');
  const index = body.input('step_index', 'int64', []);
  const go = body.input('step_go', 'bool', []);
  const lossSoFar = body.input('step_loss', 'float32', []);
  const held = Object.fromEntries(states.map((state) => [state, body.input(`step_${state}`, 'float32', dimsOf(state, shape))])) as Record<
    SoftmaxState,
    string
  >;
  const picked = body.node('Gather', ['order', index]);
  const { loss, weightGradient, biasGradient } = crossEntropy(body, { picked, weight: held.weight, bias: held.bias, shape });
  const schedule = {
    rate: body.node('Gather', ['rate', index]),
    epsilon: body.node('Gather', ['epsilon', index]),
    decay: body.node('Gather', ['decay', index]),
  };
  const weight = adamW(body, { value: held.weight, m: held.weight_m, v: held.weight_v, gradient: weightGradient, ...schedule });
  const bias = adamW(body, { value: held.bias, m: held.bias_m, v: held.bias_v, gradient: biasGradient, ...schedule });
  const next: Record<SoftmaxState, string> = {
    weight: weight.value,
    bias: bias.value,
    weight_m: weight.m,
    bias_m: bias.m,
    weight_v: weight.v,
    bias_v: bias.v,
  };
  body.output(go, 'step_go_on', 'bool', []);
  body.output(body.node('Add', [lossSoFar, loss]), 'step_next_loss', 'float32', []);
  for (const state of states) body.output(next[state], `step_next_${state}`, 'float32', dimsOf(state, shape));
  return body;
}

function crossEntropy(body: Graph, { picked, weight, bias, shape }: { picked: string; weight: string; bias: string; shape: SoftmaxShape }) {
  const x = body.node('Gather', ['x', picked]);
  const depth = body.constant({ type: 'int32', dims: [1], data: Int32Array.of(shape.classes) });
  const values = body.constant({ type: 'float32', dims: [2], data: Float32Array.of(0, 1 / shape.batch) });
  const share = body.constant({ type: 'float32', dims: [], data: Float32Array.of(1 / shape.batch) });
  const truth = body.node('OneHot', [body.node('Gather', ['y', picked]), depth, values], { axis: -1 });
  const scores = body.node('Gemm', [x, weight, body.node('Add', [bias, 'prior'])]);
  const logProbability = body.node('LogSoftmax', [scores], { axis: -1 });
  const loss = body.node('Neg', [body.node('ReduceSum', [body.node('Mul', [logProbability, truth])], { keepdims: 0 })]);
  const gradient = body.node('Sub', [body.node('Mul', [body.node('Exp', [logProbability]), share]), truth]);
  const rows = body.constant({ type: 'int64', dims: [1], data: BigInt64Array.of(0n) });
  return {
    loss,
    weightGradient: body.node('Gemm', [x, gradient], { transA: 1 }),
    biasGradient: body.node('ReduceSum', [gradient, rows], { keepdims: 0 }),
  };
}

interface AdamWStep {
  readonly value: string;
  readonly m: string;
  readonly v: string;
  readonly gradient: string;
  readonly rate: string;
  readonly epsilon: string;
  readonly decay: string;
}

function adamW(body: Graph, { value, m, v, gradient, rate, epsilon, decay }: AdamWStep) {
  const scalar = (number: number) => body.constant({ type: 'float32', dims: [], data: Float32Array.of(number) });
  const nextM = body.node('Add', [body.node('Mul', [m, scalar(beta1)]), gradient]);
  const nextV = body.node('Add', [body.node('Mul', [v, scalar(beta2)]), body.node('Mul', [gradient, gradient])]);
  const change = body.node('Div', [body.node('Mul', [nextM, rate]), body.node('Add', [body.node('Sqrt', [nextV]), epsilon])]);
  return { value: body.node('Sub', [body.node('Mul', [value, decay]), change]), m: nextM, v: nextV };
}
