/**
 * Blocked Cholesky factorisation and solve, left-looking by panels (Golub & Van Loan, "Matrix Computations", 4th ed.,
 * 4.2.6): the cubic part consists of matrix products inside ONNX Runtime, and only the small diagonal blocks are
 * factored in JavaScript.
 *
 * U with U^T U = matrix is stored row-major as [size, size], so that the leading rows, which each panel needs, are one
 * contiguous view. The part left of its diagonal blocks is never touched, and so occupies no memory. Cost: size^3 / 6
 * multiply-adds to factor, size^2 per column to solve; memory size^2 / 2 numbers.
 *
 * Keeping the factor and updating it with each batch was considered. It needs the same lambda as before, 67 MB more of
 * state, and for m new examples about (m + 128) size^2 multiply-adds against size^3 / 6: more from m = 550 on at width
 * 4096. At m = 100 it would save two thirds of about 0.6 s of products, while reading and writing 67 MB takes 0.5 s on
 * the machine where those were measured.
 */
import type { Floats } from '../native.js';
import { factoriseBlock, invertUpper } from './diagonal-block.js';
import type { FactorProducts } from './factor-products.js';

export interface Factor {
  readonly size: number;
  /** U, [size, size]. */
  readonly upper: Floats;
  /** Inverses of the diagonal blocks of U. */
  readonly inverses: readonly Floats[];
  readonly products: FactorProducts;
  /** Buffers for a panel and two blocks of rows. */
  readonly rooms: readonly [Floats, Floats, Floats];
}

/**
 * Writes the matrix's rows [top, top + height), from column `top` on, to `into` [height, size - top]. Only the upper
 * triangle is used.
 */
export type CopyRows = (into: Floats, top: number, height: number) => void;

/** Number of rows from which the share of all rows above is subtracted at once: a larger number means less copying. */
const panelRows = 256;

/**
 * Number of rows that JavaScript factors at once: a smaller number means less work in JavaScript. Divides `panelRows`.
 */
const blockRows = 128;

export interface FactorRequest {
  readonly size: number;
  readonly ridge: number;
  readonly products: FactorProducts;
  /**
   * A factor of the same size that is no longer needed: its memory is reused, since allocating costs as much as the
   * work.
   */
  readonly replacing?: Factor | undefined;
}

/**
 * The factor of matrix + ridge I.
 * @returns undefined if the sum is not positive definite in this precision
 */
export async function factorise(
  copyRows: CopyRows,
  { size, ridge, products, replacing }: FactorRequest,
): Promise<Factor | undefined> {
  const { upper, rooms } = replacing ?? makeMemory(size, products);
  const factor = { size, upper, rooms, inverses: [] as Floats[], products };
  for (const { top, height } of bandsOf(0, size, panelRows)) {
    const width = size - top;
    const panel = rooms[0].subarray(0, height * width);
    copyRows(panel, top, height);
    for (let row = 0; row < height; row++) panel[row * width + row]! += ridge;
    if (top > 0) await products.subtractAbove(rowsOf(factor, 0, top), { data: panel, dims: [height, width] }, panel);
    if (!(await factorisePanel(factor, panel, top, height))) return undefined;
  }
  return factor;
}

function makeMemory(size: number, { makeArray }: FactorProducts): Pick<Factor, 'upper' | 'rooms'> {
  const room = (rows: number) => makeArray(Math.min(rows, size) * size);
  return { upper: makeArray(size * size), rooms: [room(panelRows), room(blockRows), room(blockRows)] };
}

/**
 * Writes the rows of U that belong to a panel [height, size - top] from which the share of all rows above has been
 * subtracted.
 */
async function factorisePanel(
  factor: Factor & { inverses: Floats[] },
  panel: Floats,
  top: number,
  height: number,
): Promise<boolean> {
  const { size, upper, products, rooms } = factor;
  for (const block of bandsOf(top, top + height, blockRows)) {
    const dims = [block.height, size - block.top] as const;
    const [own, finished] = [rooms[1].subarray(0, dims[0] * dims[1]), rooms[2].subarray(0, dims[0] * dims[1])];
    copyRight(panel.subarray((block.top - top) * (size - top)), size - top, own, dims[1]);
    if (block.top > top) await products.subtractAbove(rowsOf(factor, top, block.top), { data: own, dims }, own);
    const inverse = invertCorner(own, dims, products);
    if (!inverse) return false;
    factor.inverses.push(inverse);
    await products.multiplyTransposed(square(inverse, dims[0]), { data: own, dims }, finished);
    for (let row = 0; row < dims[0]; row++) {
      upper.set(
        finished.subarray(row * dims[1] + row, (row + 1) * dims[1]),
        (block.top + row) * size + block.top + row,
      );
    }
  }
  return true;
}

/** The inverse of the factor of the first [height, height] of a block of rows. */
function invertCorner(
  rows: Floats,
  [height, width]: readonly [number, number],
  { makeArray }: FactorProducts,
): Floats | undefined {
  const corner = makeArray(height ** 2);
  for (let row = 0; row < height; row++) corner.set(rows.subarray(row * width, row * width + height), row * height);
  return factoriseBlock(corner, height) ? invertUpper(corner, height, makeArray) : undefined;
}

/**
 * U^-T b.
 * @param right [size, columns] row-major; not changed
 */
export async function solveLower(factor: Factor, right: Floats, columns: number): Promise<Floats> {
  const { size, inverses, products } = factor;
  const solved = right.slice();
  const room = products.makeArray(blockRows * columns);
  for (const [index, { top, height }] of bandsOf(0, size, blockRows).entries()) {
    const own = { data: solved.subarray(top * columns, (top + height) * columns), dims: [height, columns] as const };
    const rest = { ...own, data: room.subarray(0, height * columns) };
    const done = { data: solved.subarray(0, top * columns), dims: [top, columns] as const };
    if (top > 0) await products.subtractSolved(rowsOf(factor, 0, top), top, { b: done, c: own }, rest.data);
    else rest.data.set(own.data);
    await products.multiplyTransposed(square(inverses[index]!, height), rest, own.data);
  }
  return solved;
}

/** (U^T U)^-1 b, for b [size, columns] row-major. */
export async function solve(factor: Factor, right: Floats, columns: number): Promise<Floats> {
  const { size, inverses, products } = factor;
  const solved = await solveLower(factor, right, columns);
  const room = products.makeArray(blockRows * columns);
  for (const [index, { top, height }] of [...bandsOf(0, size, blockRows).entries()].reverse()) {
    const end = top + height;
    const own = { data: solved.subarray(top * columns, end * columns), dims: [height, columns] as const };
    const rest = { ...own, data: room.subarray(0, height * columns) };
    const done = { data: solved.subarray(end * columns), dims: [size - end, columns] as const };
    if (end < size) await products.subtractBelow(rowsOf(factor, top, end), { b: done, c: own }, rest.data);
    else rest.data.set(own.data);
    await products.multiply(square(inverses[index]!, height), rest, own.data);
  }
  return solved;
}

/** [start, end) in bands of at most `rows`. */
function bandsOf(start: number, end: number, rows: number): { top: number; height: number }[] {
  return Array.from({ length: Math.ceil((end - start) / rows) }, (_, index) => {
    const top = start + index * rows;
    return { top, height: Math.min(rows, end - top) };
  });
}

const rowsOf = ({ size, upper }: Factor, top: number, end: number) =>
  ({ data: upper.subarray(top * size, end * size), dims: [end - top, size] }) as const;

const square = (data: Floats, size: number) => ({ data, dims: [size, size] }) as const;

/** Copies the last `width` columns of `from` [rows, stride] into `into` [rows, width]. */
function copyRight(from: Floats, stride: number, into: Floats, width: number): void {
  for (let row = 0; row * width < into.length; row++)
    into.set(from.subarray(row * stride + stride - width, (row + 1) * stride), row * width);
}
