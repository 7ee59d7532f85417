/**
 * The model under training, written as a formula. A head, a loss or a penalty is an expression; the training graph
 * (forward, backward, optimiser, the loop over minibatches) is derived from it by gradient.ts and epoch.ts.
 *
 * expression: a value of one training step with a fixed shape: a source, or an operation on other expressions.
 * source:     the origin of a value: a learned parameter, rows of the data, or a tensor that does not change.
 * operation:  a kind of node: its computation, and the way the gradient of its value gives the gradients of its inputs.
 */
import type { Random } from '../../core/random.js';
import type { Arithmetic } from './arithmetic.js';

/** Sizes of the axes; [] is a scalar. */
export type Dims = readonly number[];

export type Expression = Source | Applied;

export interface Source {
  readonly kind: 'parameter' | 'minibatch' | 'step' | 'whole' | 'constant';
  readonly name: string;
  readonly dims: Dims;
  readonly element: 'float' | 'int32' | 'int8';
  /** minibatch: the input [steps, batch] int32 with the numbers of the rows. */
  readonly order: string;
  /** parameter: its values at the beginning. */
  readonly start: Start;
  /** constant: its values. */
  readonly values: readonly number[];
}

export interface Applied {
  readonly kind: 'applied';
  readonly operation: Operation;
  readonly inputs: readonly Expression[];
  readonly dims: Dims;
}

export interface Operation {
  readonly name: string;
  /** Writes the nodes; the first name returned is the value, the others are kept for `backward`. */
  forward(arithmetic: Arithmetic, inputs: readonly string[]): readonly string[];
  /**
   * For each input, a function that writes the gradient of the loss with respect to it, or undefined if it has none.
   * Only the needed functions are called.
   */
  backward(arithmetic: Arithmetic, known: Known): readonly ((() => string) | undefined)[];
}

export interface Known {
  readonly inputs: readonly string[];
  readonly output: string;
  /** Names that `forward` kept. */
  readonly kept: readonly string[];
  /** Gradient of the loss with respect to the output, in the output's shape. */
  readonly gradient: string;
}

export type Start = (length: number, random: Random) => Float64Array;

export const zeros: Start = (length) => new Float64Array(length);
export const filledWith =
  (value: number): Start =>
  (length) =>
    new Float64Array(length).fill(value);
export const normal =
  (deviation: number): Start =>
  (length, random) =>
    Float64Array.from({ length }, () => deviation * random.normal());

const source = { element: 'float', order: '', start: zeros, values: [] } as const;

/** A learned tensor. Equal names denote the same parameter, wherever they occur. */
export function parameter(name: string, dims: Dims, start: Start = zeros): Source {
  return { ...source, kind: 'parameter', name, dims, start };
}

/** The step's rows [batch, ...] of the epoch's input `name` [n, ...]. */
export function minibatch(name: string, dims: Dims, order = 'order'): Source {
  return { ...source, kind: 'minibatch', name, dims, order };
}

/** The step's rows of a vector of class indices: [batch] int32. */
export function targets(name: string, batch: number, order = 'order'): Source {
  return { ...source, kind: 'minibatch', name, dims: [batch], order, element: 'int32' };
}

/** A value that the host computes for each step: row `step` of the epoch's input `name` [steps, ...dims]. */
export function stepwise(name: string, dims: Dims): Source {
  return { ...source, kind: 'step', name, dims };
}

/** A tensor that is given with the epoch and does not change. */
export function whole(name: string, dims: Dims, element: Source['element'] = 'float'): Source {
  return { ...source, kind: 'whole', name, dims, element };
}

/** A tensor that is part of the graph. */
export function constant(values: readonly number[], dims: Dims): Source {
  if (sizeOf(dims) !== values.length)
    throw new Error(`${values.length} values do not fill a constant of ${shown(dims)}`);
  return { ...source, kind: 'constant', name: '', dims, values };
}

export function apply(operation: Operation, inputs: readonly Expression[], dims: Dims): Applied {
  return { kind: 'applied', operation, inputs, dims };
}

export function sizeOf(dims: Dims): number {
  return dims.reduce((product, size) => product * size, 1);
}

/** Rows and columns of a matrix. */
export function matrixDims({ dims }: Expression, operation: string): readonly [number, number] {
  const [rows, columns] = dims;
  if (dims.length !== 2 || rows === undefined || columns === undefined)
    throw new Error(`${operation} needs a matrix, not ${shown(dims)}`);
  return [rows, columns];
}

export function sameDims(a: Dims, b: Dims): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}

/** Dims for messages: [64, 512] */
export function shown(dims: Dims): string {
  return `[${dims.join(', ')}]`;
}

/** All distinct expressions that `roots` consist of, inputs before their users. */
export function inOrder(...roots: readonly Expression[]): Expression[] {
  const seen = new Set<Expression>();
  const visit = (expression: Expression) => {
    if (seen.has(expression)) return;
    if (expression.kind === 'applied') for (const input of expression.inputs) visit(input);
    seen.add(expression);
  };
  for (const root of roots) visit(root);
  return [...seen];
}

/** The sources of one kind in `roots`, one for each name and order. Sources with the same name must agree. */
export function sourcesOf(roots: Expression | readonly Expression[], kind: Source['kind']): Source[] {
  const named = new Map<string, Source>();
  for (const expression of inOrder(...[roots].flat())) {
    if (expression.kind !== kind) continue;
    const key = `${expression.name} ${expression.order}`;
    const known = named.get(key);
    if (known && !sameDims(known.dims, expression.dims))
      throw new Error(`${kind} ${expression.name} is ${shown(known.dims)} and ${shown(expression.dims)}`);
    if (!known) named.set(key, expression);
  }
  return [...named.values()];
}
