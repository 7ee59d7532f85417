import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '#espalier/core/random.js';
import { type Floats, openProducts, type Products } from '#espalier/training/native.js';
import { type Factor, factorise, solve, solveLower } from '#espalier/training/ridge/cholesky.js';
import { cholesky, multiply, relativeError, solveDense, solveLowerDense, transpose, withDiagonal } from '../support/dense.js';

const columns = 3;
const precisions = [
  { type: 'float64' as const, makeArray: (length: number): Floats => new Float64Array(length), tolerance: 1e-11 },
  { type: 'float32' as const, makeArray: (length: number): Floats => new Float32Array(length), tolerance: 2e-4 },
];

/** A symmetric matrix with eigenvalues well above zero. */
function positiveDefinite(size: number): Float64Array {
  const random = seededRandom('positive definite', size);
  const rows = size + 10;
  const tall = Float64Array.from({ length: rows * size }, random.normal);
  const gram = multiply(transpose(tall, rows, size), tall, [size, rows, size]);
  return withDiagonal(
    gram.map((value) => value / rows),
    size,
    0.5,
  );
}

describe.each(precisions)('in $type', ({ type, makeArray, tolerance }) => {
  let products: Products;
  beforeAll(async () => {
    products = await openProducts(type, 1);
  });
  afterAll(() => products.close());

  const inPrecision = (values: Float64Array): Floats => {
    const array = makeArray(values.length);
    array.set(values);
    return array;
  };

  // Around the block size of 256, and a last block that is not full.
  it.each([1, 5, 255, 256, 257, 600])('factor and solve of size %i are those of the plain algorithm', async (size) => {
    const matrix = positiveDefinite(size);
    const right = Float64Array.from({ length: size * columns }, seededRandom('right side', size).normal);
    const ridge = 0.25;
    const factor = (await factorise(inPrecision(matrix), { size, ridge, products, makeArray })) as Factor;
    const shifted = withDiagonal(matrix, size, ridge);
    expect(relativeError(await solve(factor, inPrecision(right), columns), solveDense(shifted, right, size, columns))).toBeLessThan(
      tolerance,
    );
    const half = await solveLower(factor, inPrecision(right), columns);
    expect(relativeError(half, solveLowerDense(cholesky(shifted, size), right, size, columns))).toBeLessThan(tolerance);
  });

  it('changes neither the matrix nor the right side', async () => {
    const size = 300;
    const [matrix, right] = [inPrecision(positiveDefinite(size)), makeArray(size).fill(1)];
    const [matrixBefore, rightBefore] = [matrix.slice(), right.slice()];
    const factor = (await factorise(matrix, { size, ridge: 1, products, makeArray })) as Factor;
    await solve(factor, right, 1);
    expect(matrix).toEqual(matrixBefore);
    expect(right).toEqual(rightBefore);
  });

  it.each([0, 3, 255, 256, 299])('gives undefined where the matrix is not positive definite (at row %i)', async (row) => {
    const size = 300;
    const matrix = inPrecision(positiveDefinite(size));
    matrix[row * size + row] = -1;
    expect(await factorise(matrix, { size, ridge: 0, products, makeArray })).toBeUndefined();
  });

  it('gives undefined for a singular matrix, and a factor once a ridge is added', async () => {
    const size = 8;
    const matrix = makeArray(size * size);
    expect(await factorise(matrix, { size, ridge: 0, products, makeArray })).toBeUndefined();
    const factor = (await factorise(matrix, { size, ridge: 4, products, makeArray })) as Factor;
    expect([...(await solve(factor, makeArray(size).fill(1), 1))]).toEqual(Array(size).fill(0.25));
  });

  it('gives undefined for what is not a number', async () => {
    const matrix = makeArray(4).fill(Number.NaN);
    expect(await factorise(matrix, { size: 2, ridge: 1, products, makeArray })).toBeUndefined();
  });
});
