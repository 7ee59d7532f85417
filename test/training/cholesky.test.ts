import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '#espalier/core/random.js';
import type { Floats } from '#espalier/training/native.js';
import { type CopyRows, type Factor, factorise, solve, solveLower } from '#espalier/training/ridge/cholesky.js';
import { type FactorProducts, openFactorProducts } from '#espalier/training/ridge/factor-products.js';
import {
  cholesky,
  multiply,
  relativeError,
  solveDense,
  solveLowerDense,
  transpose,
  withDiagonal,
} from '../support/dense.js';

const columns = 3;
const precisions = [
  { type: 'float64' as const, makeArray: (length: number): Floats => new Float64Array(length), tolerance: 1e-11 },
  { type: 'float32' as const, makeArray: (length: number): Floats => new Float32Array(length), tolerance: 2e-4 },
];

/** What of a matrix counts: the rest is not a number. */
const rowsOf =
  (matrix: Floats, size: number): CopyRows =>
  (into, top, height) => {
    for (let row = top; row < top + height; row++) {
      for (let column = top; column < size; column++)
        into[(row - top) * (size - top) + column - top] =
          column < row - (row % 128) ? Number.NaN : matrix[row * size + column]!;
    }
  };

/** A symmetric matrix with eigenvalues well above zero. */
function positiveDefinite(size: number): Float64Array {
  const random = seededRandom('positive definite', size);
  const rows = size + 10;
  const tall = Float64Array.from({ length: rows * size }, () => random.normal());
  const gram = multiply(transpose(tall, rows, size), tall, [size, rows, size]);
  return withDiagonal(
    gram.map((value) => value / rows),
    size,
    0.5,
  );
}

describe.each(precisions)('in $type', ({ type, makeArray, tolerance }) => {
  let products: FactorProducts;
  beforeAll(async () => {
    products = await openFactorProducts(type, 1);
  });
  afterAll(() => products.close());

  const inPrecision = (values: Float64Array): Floats => {
    const array = makeArray(values.length);
    array.set(values);
    return array;
  };

  // Around the block of 128 rows and the panel of 512, and a last block that is not full.
  it.each([1, 5, 127, 128, 129, 512, 513, 700])(
    'factor and solve of size %i are those of the plain algorithm',
    async (size) => {
      const matrix = positiveDefinite(size);
      const random = seededRandom('right side', size);
      const right = Float64Array.from({ length: size * columns }, () => random.normal());
      const ridge = 0.25;
      const factor = (await factorise(rowsOf(matrix, size), { size, ridge, products })) as Factor;
      const shifted = withDiagonal(matrix, size, ridge);
      expect(
        relativeError(await solve(factor, inPrecision(right), columns), solveDense(shifted, right, size, columns)),
      ).toBeLessThan(tolerance);
      const half = await solveLower(factor, inPrecision(right), columns);
      expect(relativeError(half, solveLowerDense(cholesky(shifted, size), right, size, columns))).toBeLessThan(
        tolerance,
      );
    },
  );

  it('does not change the right side', async () => {
    const size = 300;
    const [matrix, right] = [inPrecision(positiveDefinite(size)), makeArray(size).fill(1)];
    const rightBefore = right.slice();
    const factor = (await factorise(rowsOf(matrix, size), { size, ridge: 1, products })) as Factor;
    await solve(factor, right, 1);
    expect(right).toEqual(rightBefore);
  });

  it.each([0, 3, 127, 128, 255, 256, 299])(
    'gives undefined where the matrix is not positive definite (at row %i)',
    async (row) => {
      const size = 300;
      const matrix = inPrecision(positiveDefinite(size));
      matrix[row * size + row] = -1;
      expect(await factorise(rowsOf(matrix, size), { size, ridge: 0, products })).toBeUndefined();
    },
  );

  it('gives undefined for a singular matrix, and a factor once a ridge is added', async () => {
    const size = 8;
    const matrix = makeArray(size * size);
    expect(await factorise(rowsOf(matrix, size), { size, ridge: 0, products })).toBeUndefined();
    const factor = (await factorise(rowsOf(matrix, size), { size, ridge: 4, products })) as Factor;
    expect([...(await solve(factor, makeArray(size).fill(1), 1))]).toEqual(Array(size).fill(0.25));
  });

  it('gives undefined for what is not a number', async () => {
    const matrix = makeArray(4).fill(Number.NaN);
    expect(await factorise(rowsOf(matrix, 2), { size: 2, ridge: 1, products })).toBeUndefined();
  });
});
