/**
 * Blocked Cholesky factorisation and solve, left-looking (Golub & Van Loan, "Matrix Computations", 4th ed., 4.2.6): the cubic part is
 * matrix products inside ONNX Runtime, only the small diagonal blocks are factored in JavaScript.
 *
 * Block row i of L is kept transposed, [(i + 1) * block, rows of i] row-major, so that any leading part of it is one contiguous view.
 * Cost: n^3 / 3 multiply-adds to factor, 2 n^2 c to solve for c columns; memory n^2 / 2 beside the matrix.
 */
import type { Floats, Products } from '../native.js';

export interface Factor {
  readonly size: number;
  /** Block row i of L, transposed. */
  readonly rows: readonly Floats[];
  /** Inverses of the diagonal blocks of L, transposed: [rows of i, rows of i]. */
  readonly inverses: readonly Floats[];
  readonly products: Products;
}

/** Makes arrays of the precision that is worked in. */
export type MakeArray = (length: number) => Floats;

const blockSize = 256;

/**
 * L with L L^T = matrix + ridge I.
 * @param matrix [size, size] symmetric, row-major; not changed
 * @returns undefined where the sum is not positive definite in this precision
 */
export async function factorise(
  matrix: Floats,
  { size, ridge, products, makeArray }: { size: number; ridge: number; products: Products; makeArray: MakeArray },
): Promise<Factor | undefined> {
  const blocks = Math.ceil(size / blockSize);
  const rows = Array.from({ length: blocks }, (_, i) => makeArray(endOf(i, size) * rowsOf(i, size)));
  const inverses: Floats[] = [];
  for (let k = 0; k < blocks; k++) {
    const [height, inner] = [rowsOf(k, size), k * blockSize];
    for (let i = k; i < blocks; i++) {
      const width = rowsOf(i, size);
      const own = copyBlock(matrix, { size, top: inner, left: i * blockSize, height, width, makeArray });
      if (i === k) addToDiagonal(own, height, ridge);
      const sizes = { inner, rows: height, columns: width };
      const rest =
        inner === 0 ? own : await products.subtract(rows[k]!.subarray(0, inner * height), rows[i]!.subarray(0, inner * width), own, sizes);
      const at = inner * width;
      if (i === k) {
        const upper = factoriseBlock(rest, height);
        if (!upper) return undefined;
        rows[k]!.set(rest, at);
        inverses.push(invertUpper(rest, height, makeArray));
      } else {
        // L_ik^T = L_kk^-1 S, and what is kept of the inverse is its transpose.
        const block = await products.multiply(inverses[k]!, rest, { inner: height, rows: height, columns: width });
        rows[i]!.set(block, at);
      }
    }
  }
  return { size, rows, inverses, products };
}

/**
 * L^-1 b.
 * @param right [size, columns] row-major; not changed
 */
export async function solveLower(factor: Factor, right: Floats, columns: number): Promise<Floats> {
  const { size, rows, inverses, products } = factor;
  const solved = right.slice();
  for (let k = 0; k < rows.length; k++) {
    const [height, inner] = [rowsOf(k, size), k * blockSize];
    const part = solved.subarray(inner * columns, (inner + height) * columns);
    const sizes = { inner, rows: height, columns };
    const rest =
      inner === 0 ? part : await products.subtract(rows[k]!.subarray(0, inner * height), solved.subarray(0, inner * columns), part, sizes);
    part.set(await products.multiply(inverses[k]!, rest, { inner: height, rows: height, columns }));
  }
  return solved;
}

/** (L L^T)^-1 b, for b [size, columns] row-major. */
export async function solve(factor: Factor, right: Floats, columns: number): Promise<Floats> {
  const { size, rows, inverses, products } = factor;
  const solved = await solveLower(factor, right, columns);
  const blockOf = (i: number) => solved.subarray(i * blockSize * columns, endOf(i, size) * columns);
  for (let k = rows.length - 1; k >= 0; k--) {
    const height = rowsOf(k, size);
    const upper = transpose(inverses[k]!, height);
    blockOf(k).set(await products.multiply(upper, blockOf(k), { inner: height, rows: height, columns }));
    // The blocks above lose this one's share at once: L_kj^T x_k, where block j of the stored row is L_kj^T already.
    for (let j = 0; j < k; j++) {
      const shares = transposeInto(rows[k]!.subarray(j * blockSize * height, (j + 1) * blockSize * height), blockSize, height);
      blockOf(j).set(await products.subtract(shares, blockOf(k), blockOf(j), { inner: height, rows: blockSize, columns }));
    }
  }
  return solved;
}

const rowsOf = (block: number, size: number) => Math.min(blockSize, size - block * blockSize);
const endOf = (block: number, size: number) => Math.min((block + 1) * blockSize, size);

function copyBlock(
  matrix: Floats,
  {
    size,
    top,
    left,
    height,
    width,
    makeArray,
  }: { size: number; top: number; left: number; height: number; width: number; makeArray: MakeArray },
): Floats {
  const block = makeArray(height * width);
  for (let row = 0; row < height; row++) {
    const start = (top + row) * size + left;
    block.set(matrix.subarray(start, start + width), row * width);
  }
  return block;
}

function addToDiagonal(block: Floats, size: number, value: number): void {
  for (let index = 0; index < size; index++) block[index * size + index]! += value;
}

/** Overwrites a symmetric block with its factor, transposed: upper U with U^T U = block, zeros below. False: not positive definite. */
function factoriseBlock(block: Floats, size: number): boolean {
  for (let row = 0; row < size; row++) {
    const pivot = block[row * size + row]!;
    if (!(pivot > 0)) return false;
    const root = Math.sqrt(pivot);
    for (let column = row; column < size; column++) block[row * size + column]! /= root;
    block.fill(0, row * size, row * size + row);
    for (let below = row + 1; below < size; below++) {
      const factor = block[row * size + below]!;
      if (factor === 0) continue;
      for (let column = below; column < size; column++) block[below * size + column]! -= factor * block[row * size + column]!;
    }
  }
  return true;
}

/** U^-1 of an upper triangular block, row-major. With U = L^T this is the transpose of L^-1. */
function invertUpper(upper: Floats, size: number, makeArray: MakeArray): Floats {
  const inverse = makeArray(size * size);
  for (let row = size - 1; row >= 0; row--) {
    const pivot = 1 / upper[row * size + row]!;
    inverse[row * size + row] = pivot;
    for (let between = row + 1; between < size; between++) {
      const factor = upper[row * size + between]! * pivot;
      if (factor === 0) continue;
      for (let column = between; column < size; column++) inverse[row * size + column]! -= factor * inverse[between * size + column]!;
    }
  }
  return inverse;
}

function transpose(block: Floats, size: number): Floats {
  return transposeInto(block, size, size);
}

/** [rows, columns] -> [columns, rows] */
function transposeInto(block: Floats, rows: number, columns: number): Floats {
  const turned = block.slice();
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) turned[column * rows + row] = block[row * columns + column]!;
  }
  return turned;
}
