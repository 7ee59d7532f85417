/** Plain float64 linear algebra, written to be read: what the native code is compared with. */

/** a b, for a [n, k] and b [k, m]. */
export function multiply(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  [n, k, m]: readonly [number, number, number],
): Float64Array {
  const product = new Float64Array(n * m);
  for (let row = 0; row < n; row++) {
    for (let inner = 0; inner < k; inner++) {
      const factor = a[row * k + inner]!;
      for (let column = 0; column < m; column++) product[row * m + column]! += factor * b[inner * m + column]!;
    }
  }
  return product;
}

/** [rows, columns] -> [columns, rows] */
export function transpose(matrix: ArrayLike<number>, rows: number, columns: number): Float64Array {
  return Float64Array.from(
    { length: rows * columns },
    (_, index) => matrix[(index % rows) * columns + Math.floor(index / rows)]!,
  );
}

/** L with L L^T = matrix, row by row. */
export function cholesky(matrix: ArrayLike<number>, size: number): Float64Array {
  const lower = new Float64Array(size * size);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) {
      let sum = matrix[row * size + column]!;
      for (let k = 0; k < column; k++) sum -= lower[row * size + k]! * lower[column * size + k]!;
      lower[row * size + column] = row === column ? Math.sqrt(sum) : sum / lower[column * size + column]!;
    }
  }
  return lower;
}

/** L^-1 b, for b [size, columns]. */
export function solveLowerDense(
  lower: Float64Array,
  right: ArrayLike<number>,
  size: number,
  columns: number,
): Float64Array {
  const solved = Float64Array.from(right);
  for (let row = 0; row < size; row++) {
    for (let k = 0; k < row; k++) {
      const factor = lower[row * size + k]!;
      for (let column = 0; column < columns; column++)
        solved[row * columns + column]! -= factor * solved[k * columns + column]!;
    }
    for (let column = 0; column < columns; column++) solved[row * columns + column]! /= lower[row * size + row]!;
  }
  return solved;
}

/** matrix^-1 b, for a positive definite matrix. */
export function solveDense(
  matrix: ArrayLike<number>,
  right: ArrayLike<number>,
  size: number,
  columns: number,
): Float64Array {
  const lower = cholesky(matrix, size);
  const solved = solveLowerDense(lower, right, size, columns);
  for (let row = size - 1; row >= 0; row--) {
    for (let k = row + 1; k < size; k++) {
      const factor = lower[k * size + row]!;
      for (let column = 0; column < columns; column++)
        solved[row * columns + column]! -= factor * solved[k * columns + column]!;
    }
    for (let column = 0; column < columns; column++) solved[row * columns + column]! /= lower[row * size + row]!;
  }
  return solved;
}

/** matrix + value I */
export function withDiagonal(matrix: ArrayLike<number>, size: number, value: number): Float64Array {
  const sum = Float64Array.from(matrix);
  for (let index = 0; index < size; index++) sum[index * size + index]! += value;
  return sum;
}

/** Largest difference, relative to the largest number of `wanted`. */
export function relativeError(found: ArrayLike<number>, wanted: ArrayLike<number>): number {
  if (found.length !== wanted.length) return Number.POSITIVE_INFINITY;
  let [difference, size] = [0, 1e-300];
  for (let index = 0; index < wanted.length; index++) {
    const gap = Math.abs(found[index]! - wanted[index]!);
    if (Number.isNaN(gap)) return Number.POSITIVE_INFINITY;
    difference = Math.max(difference, gap);
    size = Math.max(size, Math.abs(wanted[index]!));
  }
  return difference / size;
}

/** The whole matrix of a Gram matrix kept by panels of 256 rows from the diagonal block rightwards. [width, width] */
export function wholeGram({ width, data }: { readonly width: number; readonly data: ArrayLike<number> }): Float64Array {
  const whole = new Float64Array(width * width);
  let at = 0;
  for (let row = 0; row < width; row++) {
    for (let column = row - (row % 256); column < width; column++) {
      whole[row * width + column] = data[at]!;
      whole[column * width + row] = data[at++]!;
    }
  }
  return whole;
}
