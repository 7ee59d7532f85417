/** Every operation: its value against the plain formula, its gradient against central differences, its shapes. */
import { describe, expect, it } from 'vitest';
import { type Random, seededRandom } from '#espalier/core/random.js';
import * as elementwise from '#espalier/training/autodiff/elementwise.js';
import { add, divide, multiply, relu, scale, square, subtract } from '#espalier/training/autodiff/elementwise.js';
import {
  constant,
  type Dims,
  type Expression,
  minibatch,
  parameter,
  sizeOf,
  targets,
  whole,
} from '#espalier/training/autodiff/expression.js';
import * as geluFile from '#espalier/training/autodiff/gelu.js';
import { gelu } from '#espalier/training/autodiff/gelu.js';
import * as losses from '#espalier/training/autodiff/losses.js';
import { binaryCrossEntropy, crossEntropy, distillation } from '#espalier/training/autodiff/losses.js';
import * as matrices from '#espalier/training/autodiff/matrices.js';
import {
  concatColumns,
  gatherRows,
  matmul,
  mean,
  rowMaximum,
  rowSum,
  sum,
} from '#espalier/training/autodiff/matrices.js';
import * as normalisation from '#espalier/training/autodiff/normalisation.js';
import { layerNorm, unitColumns, unitRows } from '#espalier/training/autodiff/normalisation.js';
import type { NativeArray } from '#espalier/training/native.js';
import { gradientErrors, normals } from '../support/gradient-check.js';
import { lossOf } from '../support/loss-of.js';

interface Drawn {
  readonly rows: number;
  readonly columns: number;
  readonly inner: number;
  readonly random: Random;
}

interface Problem {
  readonly value: Expression;
  readonly data?: Readonly<Record<string, NativeArray>>;
}

const a = (dims: Dims) => parameter('a', dims);
const b = (dims: Dims) => parameter('b', dims);

type Binary = (left: Expression, right: Expression) => Expression;

/** b repeated along rows, along columns, along both, and the same for a. */
function broadcasts(operation: Binary): Record<string, (drawn: Drawn) => Problem> {
  const dimsOf = ({ rows, columns }: Drawn) => ({
    same: [rows, columns],
    row: [columns],
    flat: [1, columns],
    column: [rows, 1],
    scalar: [],
  });
  const kinds = ['same', 'row', 'flat', 'column', 'scalar'] as const;
  const right = kinds.map((kind) => [
    `by ${kind}`,
    (drawn: Drawn) => ({ value: operation(a(dimsOf(drawn).same), b(dimsOf(drawn)[kind])) }),
  ]);
  const left = kinds.map((kind) => [
    `of ${kind}`,
    (drawn: Drawn) => ({ value: operation(a(dimsOf(drawn)[kind]), b(dimsOf(drawn).same)) }),
  ]);
  const both = [
    ['column by row', (drawn: Drawn) => ({ value: operation(a(dimsOf(drawn).column), b(dimsOf(drawn).row)) })],
  ];
  return Object.fromEntries([...right, ...left, ...both]);
}

const one = (operation: (value: Expression) => Expression) => ({
  matrix: ({ rows, columns }: Drawn): Problem => ({ value: operation(a([rows, columns])) }),
});

const classification = ({ rows, columns, random }: Drawn) => ({
  scores: a([rows, columns]),
  wanted: targets('y', rows),
  data: {
    y: Int32Array.from({ length: rows + 2 }, () => random.integer(columns)),
    order: Int32Array.from({ length: rows }, () => random.integer(rows + 2)),
  },
});

const cases: Record<string, Record<string, (drawn: Drawn) => Problem>> = {
  add: broadcasts(add),
  subtract: broadcasts(subtract),
  multiply: broadcasts(multiply),
  divide: broadcasts((left, right) => divide(left, add(right, constant([4], [])))),
  scale: one((value) => scale(value, -1.7)),
  square: one(square),
  relu: one(relu),
  gelu: one(gelu),
  matmul: { both: ({ rows, inner, columns }) => ({ value: matmul(a([rows, inner]), b([inner, columns])) }) },
  concatColumns: {
    three: ({ rows, inner, columns }) => ({
      value: concatColumns(a([rows, inner]), b([rows, columns]), parameter('c', [rows, 1])),
    }),
  },
  gatherRows: {
    'added to what has a gradient': ({ rows, columns, random }) => ({
      value: add(a([rows, columns]), gatherRows(whole('table', [3, columns]), targets('numbers', rows))),
      data: {
        table: normals(3 * columns, random),
        numbers: Int32Array.from({ length: rows }, () => random.integer(3)),
        order: Int32Array.from({ length: rows }, (_, row) => row),
      },
    }),
  },
  rowSum: one(rowSum),
  rowMaximum: one(rowMaximum),
  sum: { ...one(sum), scalar: () => ({ value: sum(a([])) }) },
  mean: one(mean),
  layerNorm: one(layerNorm),
  unitRows: one(unitRows),
  unitColumns: one(unitColumns),
  crossEntropy: {
    plain: (drawn) => {
      const { scores, wanted, data } = classification(drawn);
      return { value: crossEntropy(scores, wanted), data };
    },
    'with a prior': (drawn) => {
      const { scores, wanted, data } = classification(drawn);
      return { value: crossEntropy(scores, wanted, { prior: b([drawn.columns]) }), data };
    },
    'with a mask and weights': (drawn) => {
      const { scores, wanted, data } = classification(drawn);
      const mask = constant(
        Array.from({ length: drawn.rows * drawn.columns }, (_, index) => (index % 3 === 0 ? -1e4 : 0)),
        [drawn.rows, drawn.columns],
      );
      // Every target competes: the loss is otherwise 1e4, and its differences drown.
      const y = data.y.map(
        (target, row) =>
          [target, target + 1, target + 2].find((t) => (row * drawn.columns + t) % 3 !== 0)! % drawn.columns,
      );
      const order = data.order.map((_, row) => row);
      const free = mask.values.map((value, index) =>
        index % drawn.columns === y[Math.floor(index / drawn.columns)] ? 0 : value,
      );
      const weights = minibatch('weights', [drawn.rows, 1]);
      const prior = constant(free, mask.dims);
      const drawnWeights = Float64Array.from({ length: drawn.rows }, () => drawn.random.uniform() + 0.5);
      return { value: crossEntropy(scores, wanted, { prior, weights }), data: { y, order, weights: drawnWeights } };
    },
  },
  binaryCrossEntropy: {
    'of shares of truth, with weights': ({ rows, columns, random }: Drawn) => ({
      value: binaryCrossEntropy(a([rows, columns]), whole('y', [rows, columns]), whole('w', [rows, columns])),
      data: {
        y: Float64Array.from({ length: rows * columns }, () => random.uniform()),
        w: Float64Array.from({ length: rows * columns }, (_, index) => (index % 4 === 0 ? 0 : random.uniform())),
      },
    }),
  },
  distillation: Object.fromEntries(
    [1, 2].map((temperature) => [
      `at temperature ${temperature}`,
      ({ rows, columns, random }: Drawn) => ({
        value: distillation(a([rows, columns]), whole('p', [rows, columns]), temperature),
        data: { p: probabilities(rows, columns, random) },
      }),
    ]),
  ),
};

function probabilities(rows: number, columns: number, random: Random): Float64Array {
  const values = Float64Array.from({ length: rows * columns }, () => random.uniform() + 0.1);
  const totals = Array.from({ length: rows }, (_, row) =>
    values.subarray(row * columns, (row + 1) * columns).reduce((x, y) => x + y),
  );
  return values.map((value, index) => value / totals[Math.floor(index / columns)]!);
}

/** A scalar that depends on every element of `value`, on each in another way. */
function weighed(value: Expression, random: Random): Expression {
  if (value.dims.length === 0) return value;
  return sum(
    multiply(
      value,
      constant(
        Array.from({ length: sizeOf(value.dims) }, () => random.normal()),
        value.dims,
      ),
    ),
  );
}

it('no operation is left out here', () => {
  const files = [elementwise, geluFile, losses, matrices, normalisation];
  expect(Object.keys(cases).sort()).toEqual(files.flatMap((file) => Object.keys(file)).sort());
});

describe.each(Object.entries(cases))('the gradient of %s', (_, variants) => {
  it.each(Object.entries(variants))('%s is that of central differences, to 1e-5 (float64)', async (_, problemOf) => {
    for (const seed of [1, 2, 3]) {
      const random = seededRandom('operations', seed);
      const [rows, columns, inner] = [2 + random.integer(4), 3 + random.integer(4), 2 + random.integer(4)];
      const { value, data } = problemOf({ rows, columns, inner, random });
      const errors = await gradientErrors({ loss: weighed(value, random), data: data ?? {}, seed });
      for (const [name, error] of Object.entries(errors)) expect(error, `${name} at seed ${seed}`).toBeLessThan(1e-5);
      expect(Object.keys(errors).length).toBeGreaterThan(0);
    }
  });
});

describe('the value of', () => {
  const vector = [0.5, -1.5, 2, 0.1, -0.2, 3];
  const matrix = constant(vector, [2, 3]);
  const rows = [vector.slice(0, 3), vector.slice(3)];
  const cotangent = [1, -2, 0.5, 3, 0.25, -1];
  const dot = (values: readonly number[]) =>
    values.reduce((total, value, index) => total + value * cotangent[index]!, 0);
  const weigh = (value: Expression) => sum(multiply(value, constant(cotangent, [2, 3])));
  const softmax = (scores: readonly number[]) => {
    const powers = scores.map(Math.exp);
    return powers.map((power) => power / powers.reduce((x, y) => x + y));
  };

  it('layerNorm: mean 0 and variance 1 in each row, 1e-5 added to the variance', async () => {
    const wanted = rows.flatMap((row) => {
      const average = row.reduce((x, y) => x + y) / 3;
      const variance = row.reduce((total, value) => total + (value - average) ** 2, 0) / 3;
      return row.map((value) => (value - average) / Math.sqrt(variance + 1e-5));
    });
    expect(await lossOf(weigh(layerNorm(matrix)))).toBeCloseTo(dot(wanted), 10);
  });

  it('unitRows and unitColumns: length 1, and a row of zeros stays', async () => {
    const wanted = rows.flatMap((row) => row.map((value) => value / Math.hypot(...row)));
    expect(await lossOf(weigh(unitRows(matrix)))).toBeCloseTo(dot(wanted), 10);
    const columns = vector.map((value, index) => value / Math.hypot(vector[index % 3]!, vector[(index % 3) + 3]!));
    expect(await lossOf(weigh(unitColumns(matrix)))).toBeCloseTo(dot(columns), 10);
    expect(await lossOf(weigh(unitRows(constant(Array(6).fill(0), [2, 3]))))).toBe(0);
  });

  // Phi from tables (Abramowitz & Stegun, 26.1): 0.8413447461 at 1, 0.9772498681 at 2, 0.9986501020 at 3.
  it.each([
    [1, 0.8413447461],
    [-1, -0.1586552539],
    [2, 2 * 0.9772498681],
    [3, 3 * 0.998650102],
    [-3, -3 * (1 - 0.998650102)],
    [0, 0],
  ])('gelu at %d', async (x, wanted) => {
    expect(await lossOf(sum(gelu(constant([x], [1, 1]))))).toBeCloseTo(wanted, 8);
  });

  it('crossEntropy: the mean of -log softmax at the target, each row by its weight', async () => {
    const data = { y: Int32Array.of(2, 0), order: Int32Array.of(1, 0) };
    const plain = -(Math.log(softmax(rows[0]!)[0]!) + Math.log(softmax(rows[1]!)[2]!)) / 2;
    expect(await lossOf(crossEntropy(matrix, targets('y', 2)), data)).toBeCloseTo(plain, 10);
    const weighted = -(3 * Math.log(softmax(rows[0]!)[0]!) + Math.log(softmax(rows[1]!)[2]!)) / 2;
    const weights = constant([3, 1], [2, 1]);
    expect(await lossOf(crossEntropy(matrix, targets('y', 2), { weights }), data)).toBeCloseTo(weighted, 10);
  });

  it('crossEntropy under a mask: a masked class takes no part', async () => {
    const data = { y: Int32Array.of(0, 0), order: Int32Array.of(0, 1) };
    const prior = constant([0, 0, -1e9], [3]);
    const wanted = -rows.reduce((total, row) => total + Math.log(softmax(row.slice(0, 2))[0]!), 0) / 2;
    expect(await lossOf(crossEntropy(matrix, targets('y', 2), { prior }), data)).toBeCloseTo(wanted, 10);
  });

  it('distillation: the squared temperature times the mean cross-entropy with the stored probabilities', async () => {
    const stored = [0.2, 0.3, 0.5, 0.6, 0.3, 0.1];
    const logs = rows.flatMap((row) => softmax(row.map((value) => value / 2)).map(Math.log));
    const wanted = (-4 * stored.reduce((total, p, index) => total + p * logs[index]!, 0)) / 2;
    expect(await lossOf(distillation(matrix, constant(stored, [2, 3]), 2))).toBeCloseTo(wanted, 10);
  });

  it('binaryCrossEntropy: the weighted sum over labels, meaned over rows, also of scores that exp cannot', async () => {
    const [truth, weights] = [
      [1, 0, 0.5, 0, 1, 1],
      [1, 0.5, 2, 0, 1, 0.25],
    ];
    const costs = vector.map((score, index) => Math.log(1 + Math.exp(score)) - truth[index]! * score);
    const wanted = costs.reduce((total, cost, index) => total + weights[index]! * cost, 0) / 2;
    const of = (values: readonly number[]) => constant(values, [2, 3]);
    expect(await lossOf(binaryCrossEntropy(matrix, of(truth), of(weights)))).toBeCloseTo(wanted, 10);
    const far = constant([1000, -1000], [1, 2]);
    expect(await lossOf(binaryCrossEntropy(far, constant([0, 1], [1, 2]), constant([1, 1], [1, 2])))).toBe(2000);
  });
});

describe('shapes that do not fit are named', () => {
  it.each<[string, () => Expression]>([
    ['add of [2, 3] and [2]', () => add(a([2, 3]), b([2]))],
    ['multiply of [2, 3] and [3, 2]', () => multiply(a([2, 3]), b([3, 2]))],
    ['matmul of [2, 3] and [2, 3]', () => matmul(a([2, 3]), b([2, 3]))],
    ['matmul needs a matrix, not [3]', () => matmul(a([3]), b([3, 2]))],
    ['concatColumns of [2, 3], [3, 3]', () => concatColumns(a([2, 3]), b([3, 3]))],
    ['layerNorm needs a matrix, not []', () => layerNorm(a([]))],
    ['crossEntropy of [2, 3] needs [2] int32 targets, not [3]', () => crossEntropy(a([2, 3]), targets('y', 3))],
    [
      'a prior of [4, 2, 3] does not fit [2, 3]',
      () => crossEntropy(a([2, 3]), targets('y', 2), { prior: b([4, 2, 3]) }),
    ],
    ['weights of [2, 1] are needed, not [2]', () => crossEntropy(a([2, 3]), targets('y', 2), { weights: b([2]) })],
    ['distillation of [2, 3] towards [3]', () => distillation(a([2, 3]), b([3]), 1)],
    ['binaryCrossEntropy of [2, 3] and [2, 1]', () => binaryCrossEntropy(a([2, 3]), b([2, 1]), b([2, 3]))],
    ['2 values do not fill a constant of [3]', () => constant([1, 2], [3])],
  ])('%s', (message, build) => {
    expect(build).toThrow(message);
  });
});
