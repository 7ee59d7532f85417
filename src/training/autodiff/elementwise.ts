/**
 * Operations on each element, with broadcasting as in NumPy: sizes are compared from the last axis, and an axis that
 * has size 1 or is missing is repeated.
 */
import { type Arithmetic, sumOver } from './arithmetic.js';
import { apply, type Dims, type Expression, type Operation, sameDims, shown } from './expression.js';

export function add(a: Expression, b: Expression): Expression {
  const dims = broadcast('add', a.dims, b.dims);
  const operation: Operation = {
    name: 'add',
    forward: (arithmetic, inputs) => [arithmetic.node('Add', inputs)],
    backward: (arithmetic, { gradient }) => [
      () => reduceTo(arithmetic, gradient, dims, a.dims),
      () => reduceTo(arithmetic, gradient, dims, b.dims),
    ],
  };
  return apply(operation, [a, b], dims);
}

export function subtract(a: Expression, b: Expression): Expression {
  const dims = broadcast('subtract', a.dims, b.dims);
  const operation: Operation = {
    name: 'subtract',
    forward: (arithmetic, inputs) => [arithmetic.node('Sub', inputs)],
    backward: (arithmetic, { gradient }) => [
      () => reduceTo(arithmetic, gradient, dims, a.dims),
      () => arithmetic.node('Neg', [reduceTo(arithmetic, gradient, dims, b.dims)]),
    ],
  };
  return apply(operation, [a, b], dims);
}

export function multiply(a: Expression, b: Expression): Expression {
  const dims = broadcast('multiply', a.dims, b.dims);
  const operation: Operation = {
    name: 'multiply',
    forward: (arithmetic, inputs) => [arithmetic.node('Mul', inputs)],
    backward: (arithmetic, { inputs: [left, right], gradient }) => [
      () => reduceTo(arithmetic, arithmetic.times(gradient, right!), dims, a.dims),
      () => reduceTo(arithmetic, arithmetic.times(gradient, left!), dims, b.dims),
    ],
  };
  return apply(operation, [a, b], dims);
}

export function divide(a: Expression, b: Expression): Expression {
  const dims = broadcast('divide', a.dims, b.dims);
  const operation: Operation = {
    name: 'divide',
    forward: (arithmetic, inputs) => [arithmetic.node('Div', inputs)],
    backward: (arithmetic, { inputs: [, right], output, gradient }) => [
      () => reduceTo(arithmetic, arithmetic.node('Div', [gradient, right!]), dims, a.dims),
      () => {
        const along = arithmetic.node('Div', [arithmetic.times(gradient, output), right!]);
        return arithmetic.node('Neg', [reduceTo(arithmetic, along, dims, b.dims)]);
      },
    ],
  };
  return apply(operation, [a, b], dims);
}

/** Multiplies by a number that is known when the graph is built. */
export function scale(value: Expression, factor: number): Expression {
  const operation: Operation = {
    name: 'scale',
    forward: (arithmetic, [input]) => [arithmetic.node('Mul', [input!, arithmetic.scalar(factor)])],
    backward: (arithmetic, { gradient }) => [() => arithmetic.times(gradient, arithmetic.scalar(factor))],
  };
  return apply(operation, [value], value.dims);
}

export function square(value: Expression): Expression {
  const operation: Operation = {
    name: 'square',
    forward: (arithmetic, [input]) => [arithmetic.node('Mul', [input!, input!])],
    backward: (arithmetic, { inputs: [input], gradient }) => [
      () => arithmetic.times(gradient, arithmetic.node('Mul', [input!, arithmetic.scalar(2)])),
    ],
  };
  return apply(operation, [value], value.dims);
}

export function relu(value: Expression): Expression {
  const operation: Operation = {
    name: 'relu',
    forward: (arithmetic, [input]) => [arithmetic.node('Relu', [input!])],
    backward: (arithmetic, { output, gradient }) => [
      () => arithmetic.times(gradient, arithmetic.node('Sign', [output])),
    ],
  };
  return apply(operation, [value], value.dims);
}

function broadcast(name: string, a: Dims, b: Dims): Dims {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const [left, right] = [a[axis - rank + a.length] ?? 1, b[axis - rank + b.length] ?? 1];
    if (left !== right && left !== 1 && right !== 1)
      throw new Error(`${name} of ${shown(a)} and ${shown(b)}: the shapes do not fit`);
    return Math.max(left, right);
  });
}

/** The gradient of a broadcast value is summed over the axes that the forward pass repeated. */
function reduceTo(arithmetic: Arithmetic, value: string, from: Dims, to: Dims): string {
  if (sameDims(from, to)) return value;
  const missing = from.length - to.length;
  const repeated = to.flatMap((size, axis) => (size === 1 && from[axis + missing] !== 1 ? [axis + missing] : []));
  const summed = repeated.length === 0 ? value : sumOver(arithmetic, value, repeated);
  if (missing === 0) return summed;
  const axes = arithmetic.integers(Array.from({ length: missing }, (_, axis) => axis));
  return arithmetic.node('ReduceSum', [summed, axes], { keepdims: 0 });
}
