/** Operations that change shapes: product, columns side by side, sum and mean of everything. */
import { type Arithmetic, sumOfAll } from './arithmetic.js';
import { scale } from './elementwise.js';
import { apply, type Expression, matrixDims, type Operation, shown, sizeOf } from './expression.js';

/** [n, k] by [k, m] -> [n, m] */
export function matmul(a: Expression, b: Expression): Expression {
  const [[rows, inner], [innerOfB, columns]] = [matrixDims(a, 'matmul'), matrixDims(b, 'matmul')];
  if (inner !== innerOfB) throw new Error(`matmul of ${shown(a.dims)} and ${shown(b.dims)}: the inner sizes differ`);
  const operation: Operation = {
    name: 'matmul',
    // MatMul, not Gemm: ONNX Runtime fuses it with a bias that is added next.
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
  if (sizes.some(([own]) => own !== rows)) throw new Error(`concatColumns of ${parts.map(({ dims }) => shown(dims)).join(', ')}`);
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

/** Of all elements, a scalar. */
export function sum(value: Expression): Expression {
  const operation: Operation = {
    name: 'sum',
    forward: (arithmetic, [input]) => [sumOfAll(arithmetic, input!)],
    backward: (arithmetic, { gradient }) => [() => repeated(arithmetic, gradient, value)],
  };
  return apply(operation, [value], []);
}

/** Of all elements, a scalar. */
export function mean(value: Expression): Expression {
  return scale(sum(value), 1 / sizeOf(value.dims));
}

function repeated(arithmetic: Arithmetic, scalar: string, { dims }: Expression): string {
  return dims.length === 0 ? scalar : arithmetic.node('Expand', [scalar, arithmetic.integers(dims)]);
}
