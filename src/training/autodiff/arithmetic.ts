/** The helpers with which operations, optimisers and clipping write their ONNX nodes, in either precision. */
import type { Attribute, ConstantTensor, Graph } from '../../core/onnx.js';

/** Training uses float32; float64 serves checks by finite differences. */
export type Precision = 'float32' | 'float64';

export interface Arithmetic {
  readonly precision: Precision;
  /**
   * The scalar 1: the gradient of the loss with respect to itself. Products recognise this name and omit the factor.
   */
  readonly one: string;
  /** Adds one node with one output. */
  node(operator: string, inputs: readonly string[], attributes?: Record<string, Attribute>): string;
  scalar(value: number): string;
  constant(values: readonly number[], dims: readonly number[]): string;
  /** A constant of any element type. */
  tensor(tensor: ConstantTensor): string;
  /** A vector of int64: axes, shapes, bounds. */
  integers(values: readonly number[]): string;
  /** a b, with broadcasting. */
  times(a: string, b: string): string;
}

/** Arithmetic that writes into `graph`; equal scalars are written once. */
export function arithmeticIn(graph: Graph, precision: Precision): Arithmetic {
  const scalars = new Map<number, string>();
  const scalar = (value: number): string => {
    const name = scalars.get(value) ?? graph.constant(floats(precision, [value], []));
    scalars.set(value, name);
    return name;
  };
  const one = scalar(1);
  return {
    precision,
    one,
    node: graph.node,
    scalar,
    constant: (values, dims) => graph.constant(floats(precision, values, dims)),
    tensor: (tensor) => graph.constant(tensor),
    integers: (values) =>
      graph.constant({ type: 'int64', dims: [values.length], data: BigInt64Array.from(values, BigInt) }),
    times(a, b) {
      if (a === one) return b;
      return b === one ? a : graph.node('Mul', [a, b]);
    },
  };
}

export function arrayOf(precision: Precision, values: ArrayLike<number>): Float32Array | Float64Array {
  return precision === 'float32' ? Float32Array.from(values) : Float64Array.from(values);
}

function floats(precision: Precision, values: readonly number[], dims: readonly number[]): ConstantTensor {
  return { type: precision, dims, data: arrayOf(precision, values) };
}

/** Sum over `axes`, which are kept as axes of size 1. */
export function sumOver(arithmetic: Arithmetic, value: string, axes: readonly number[]): string {
  return arithmetic.node('ReduceSum', [value, arithmetic.integers(axes)], { keepdims: 1 });
}

/** Sum of all elements, a scalar. */
export function sumOfAll(arithmetic: Arithmetic, value: string): string {
  return arithmetic.node('ReduceSum', [value], { keepdims: 0 });
}

/** Mean over the last axis, which is kept as an axis of size 1. */
export function rowMean(arithmetic: Arithmetic, value: string): string {
  return arithmetic.node('ReduceMean', [value], { axes: [-1], keepdims: 1 });
}
