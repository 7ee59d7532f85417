/** Operations that change shapes: product, rows by number, concatenated columns, sums, means and maxima. */
import { type Arithmetic, sumOfAll, sumOver } from './arithmetic.js';
import { scale } from './elementwise.js';
import { apply, type Expression, matrixDims, type Operation, shown, sizeOf } from './expression.js';

/** [n, k] by [k, m] -> [n, m] */
export function matmul(a: Expression, b: Expression): Expression {
  const [[rows, inner], [innerOfB, columns]] = [matrixDims(a, 'matmul'), matrixDims(b, 'matmul')];
  if (inner !== innerOfB) throw new Error(`matmul of ${shown(a.dims)} and ${shown(b.dims)}: the inner sizes differ`);
  const operation: Operation = {
    name: 'matmul',
    // MatMul, not Gemm: ONNX Runtime fuses it with a bias that is added directly afterwards.
    forward: (arithmetic, inputs) => [arithmetic.node('MatMul', inputs)],
    backward: (arithmetic, { inputs: [left, right], gradient }) => [
      () => arithmetic.node('Gemm', [gradient, right!], { transB: 1 }),
      () => arithmetic.node('Gemm', [left!, gradient], { transA: 1 }),
    ],
  };
  return apply(operation, [a, b], [rows, columns]);
}

/** [n, a], [n, b], ... -> [n, a + b + ...] */
export function concatColumns(...parts: readonly Expression[]): Expression {
  const sizes = parts.map((part) => matrixDims(part, 'concatColumns'));
  const rows = sizes[0]?.[0] ?? 0;
  if (sizes.some(([own]) => own !== rows))
    throw new Error(`concatColumns of ${parts.map(({ dims }) => shown(dims)).join(', ')}`);
  const ends = sizes.map((_, index) => sizes.slice(0, index + 1).reduce((sum, [, columns]) => sum + columns, 0));
  const operation: Operation = {
    name: 'concatColumns',
    forward: (arithmetic, inputs) => [arithmetic.node('Concat', inputs, { axis: 1 })],
    backward: (arithmetic, { gradient }) =>
      ends.map((end, index) => () => {
        const bounds = [ends[index - 1] ?? 0, end, 1].map((bound) => arithmetic.integers([bound]));
        return arithmetic.node('Slice', [gradient, ...bounds]);
      }),
  };
  return apply(operation, parts, [rows, ends.at(-1) ?? 0]);
}

/** Rows of a table [n, ...], which receives no gradient, by their numbers [batch] int32 -> [batch, ...] */
export function gatherRows(table: Expression, numbers: Expression): Expression {
  const operation: Operation = {
    name: 'gatherRows',
    forward: (arithmetic, inputs) => [arithmetic.node('Gather', inputs)],
    backward: () => [undefined, undefined],
  };
  return apply(operation, [table, numbers], [...numbers.dims, ...table.dims.slice(1)]);
}

/** [n, d] -> [n, 1] */
export function rowSum(value: Expression): Expression {
  const [rows] = matrixDims(value, 'rowSum');
  const operation: Operation = {
    name: 'rowSum',
    forward: (arithmetic, [input]) => [sumOver(arithmetic, input!, [1])],
    backward: (arithmetic, { gradient }) => [
      () => arithmetic.node('Expand', [gradient, arithmetic.integers(value.dims)]),
    ],
  };
  return apply(operation, [value], [rows, 1]);
}

/** [n, d] -> [n, 1]. If several elements are largest, each of them gets the gradient. */
export function rowMaximum(value: Expression): Expression {
  const [rows] = matrixDims(value, 'rowMaximum');
  const operation: Operation = {
    name: 'rowMaximum',
    forward: (arithmetic, [input]) => [arithmetic.node('ReduceMax', [input!], { axes: [1], keepdims: 1 })],
    backward: (arithmetic, { inputs: [input], output, gradient }) => [
      () => {
        const nothing = arithmetic.node('Mul', [input!, arithmetic.scalar(0)]);
        return arithmetic.node('Where', [arithmetic.node('Equal', [input!, output]), gradient, nothing]);
      },
    ],
  };
  return apply(operation, [value], [rows, 1]);
}

/** Sum of all elements, a scalar. */
export function sum(value: Expression): Expression {
  const operation: Operation = {
    name: 'sum',
    forward: (arithmetic, [input]) => [sumOfAll(arithmetic, input!)],
    backward: (arithmetic, { gradient }) => [() => repeated(arithmetic, gradient, value)],
  };
  return apply(operation, [value], []);
}

/** Mean of all elements, a scalar. */
export function mean(value: Expression): Expression {
  return scale(sum(value), 1 / sizeOf(value.dims));
}

function repeated(arithmetic: Arithmetic, scalar: string, { dims }: Expression): string {
  return dims.length === 0 ? scalar : arithmetic.node('Expand', [scalar, arithmetic.integers(dims)]);
}
