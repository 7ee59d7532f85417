/** Solves a small system of linear equations by LU decomposition with partial pivoting, and says how sound that is. */

export interface Factorised {
  readonly size: number;
  /** [size, size] row-major: L without its diagonal of ones below, U above. */
  readonly factors: Float64Array;
  /** The row of the matrix that stands in each place. */
  readonly rows: readonly number[];
}

/** @param matrix [size, size] row-major @returns undefined if it is singular */
export function factorise(matrix: Float64Array, size: number): Factorised | undefined {
  const factors = matrix.slice();
  const rows = [...Array(size).keys()];
  for (let column = 0; column < size; column++) {
    let best = column;
    for (let row = column + 1; row < size; row++)
      if (Math.abs(factors[row * size + column]!) > Math.abs(factors[best * size + column]!)) best = row;
    const pivot = factors[best * size + column]!;
    if (pivot === 0) return undefined;
    if (best !== column) exchange(factors, rows, { size, one: best, other: column });
    for (let row = column + 1; row < size; row++) {
      const factor = factors[row * size + column]! / pivot;
      factors[row * size + column] = factor;
      if (factor === 0) continue;
      for (let next = column + 1; next < size; next++)
        factors[row * size + next]! -= factor * factors[column * size + next]!;
    }
  }
  return { size, factors, rows };
}

function exchange(
  factors: Float64Array,
  rows: number[],
  { size, one, other }: { size: number; one: number; other: number },
): void {
  const kept = factors.slice(one * size, (one + 1) * size);
  factors.copyWithin(one * size, other * size, (other + 1) * size);
  factors.set(kept, other * size);
  [rows[one], rows[other]] = [rows[other]!, rows[one]!];
}

/** The x with A x = right. */
export function solve({ size, factors, rows }: Factorised, right: ArrayLike<number>): Float64Array {
  const x = Float64Array.from(rows, (row) => right[row]!);
  for (let row = 0; row < size; row++)
    for (let column = 0; column < row; column++) x[row]! -= factors[row * size + column]! * x[column]!;
  for (let row = size - 1; row >= 0; row--) {
    for (let column = row + 1; column < size; column++) x[row]! -= factors[row * size + column]! * x[column]!;
    x[row]! /= factors[row * size + row]!;
  }
  return x;
}

/** The x with A^T x = right. */
function solveTransposed({ size, factors, rows }: Factorised, right: ArrayLike<number>): Float64Array {
  const y = Float64Array.from(right);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < row; column++) y[row]! -= factors[column * size + row]! * y[column]!;
    y[row]! /= factors[row * size + row]!;
  }
  for (let row = size - 1; row >= 0; row--)
    for (let column = row + 1; column < size; column++) y[row]! -= factors[column * size + row]! * y[column]!;
  const x = new Float64Array(size);
  for (const [place, row] of rows.entries()) x[row] = y[place]!;
  return x;
}

const mostRounds = 500;

/** By inverse iteration on A A^T, which converges to the smallest singular value from above. */
export function smallestSingularValue(factorised: Factorised): number {
  let vector = Float64Array.from({ length: factorised.size }, (_, index) => 1 + Math.sin(index + 1) / 2);
  let value = Number.POSITIVE_INFINITY;
  for (let round = 0; round < mostRounds; round++) {
    vector = Float64Array.from(normalised(vector));
    vector = Float64Array.from(solve(factorised, solveTransposed(factorised, vector)));
    const next = 1 / Math.sqrt(lengthOf(vector));
    if (!Number.isFinite(next)) return 0;
    if (Math.abs(value - next) <= 1e-10 * next) return next;
    value = next;
  }
  return value;
}

const lengthOf = (vector: Float64Array) => Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));

function normalised(vector: Float64Array): Float64Array {
  const length = lengthOf(vector);
  return vector.map((value) => value / length);
}
