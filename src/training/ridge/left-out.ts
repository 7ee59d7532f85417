/**
 * The scores that a ridge head would give to examples if it had not learned their group (Allen's PRESS residuals,
 * Technometrics 1974, of blocks: Cook & Weisberg, "Residuals and influence in regression", 1982, 2.2). For a group g
 * with residuals e_g = y_g - s_g and leverages A_gg the residuals of the head that never saw it are (I - A_gg)^-1 e_g;
 * by the dual solution they are ((K + lambda I)^-1)_gg^-1 alpha_g. Exact, without any refit. Rows of weight w are rows
 * times sqrt(w): so are their residuals, which are divided by it in the end.
 */
import type { Floats } from '../native.js';
import { factoriseBlock } from './diagonal-block.js';

export interface GroupSystem {
  /** Positions of its rows. */
  readonly group: readonly number[];
  /** The square roots of the weights of its rows. */
  readonly roots: readonly number[];
  /** I - A_gg, or the block of the inverse, [rows, rows]; overwritten. */
  readonly block: Float64Array;
  /** e_g or alpha_g, [rows, classes]; overwritten. */
  readonly right: Float64Array;
  /**
   * A pivot below this cannot be distinguished from 0: the group determines its own answers, and without it nothing is
   * known about them.
   */
  readonly smallestPivot: number;
}

/**
 * Writes the left-out scores of the group's rows to `scores` [n, classes]. If nothing is known about the group, they
 * are 0 for all classes: a memorised example must not look well predicted.
 * @param truth [n, classes], 1 if a class is true
 */
export function writeLeftOut(
  scores: Floats,
  truth: Int8Array,
  { group, roots, block, right, smallestPivot }: GroupSystem,
): void {
  const size = group.length;
  const classes = right.length / size;
  const isKnown = factoriseBlock(block, size) && hasPivots(block, size, smallestPivot);
  if (isKnown) solveFactored(block, right, size);
  for (const [place, row] of group.entries())
    for (let index = 0; index < classes; index++)
      scores[row * classes + index] = isKnown
        ? truth[row * classes + index]! - right[place * classes + index]! / roots[place]!
        : 0;
}

function hasPivots(upper: Float64Array, size: number, smallest: number): boolean {
  for (let row = 0; row < size; row++) if (!(upper[row * size + row]! ** 2 > smallest)) return false;
  return true;
}

/** Overwrites b [size, columns] by (U^T U)^-1 b. */
function solveFactored(upper: Float64Array, right: Float64Array, size: number): void {
  const columns = right.length / size;
  const subtract = (from: number, to: number, factor: number) => {
    for (let column = 0; column < columns; column++)
      right[to * columns + column]! -= factor * right[from * columns + column]!;
  };
  const divide = (row: number) => {
    for (let column = 0; column < columns; column++) right[row * columns + column]! /= upper[row * size + row]!;
  };
  for (let row = 0; row < size; row++) {
    for (let above = 0; above < row; above++) subtract(above, row, upper[above * size + row]!);
    divide(row);
  }
  for (let row = size - 1; row >= 0; row--) {
    for (let below = row + 1; below < size; below++) subtract(below, row, upper[row * size + below]!);
    divide(row);
  }
}

/** The products of columns of a matrix [rows, stride] with each other, [columns, columns]. */
export function columnProducts(matrix: Floats, stride: number, columns: readonly number[]): Float64Array {
  const size = columns.length;
  const products = new Float64Array(size * size);
  for (let start = 0; start < matrix.length; start += stride)
    for (let row = 0; row < size; row++) {
      const value = matrix[start + columns[row]!]!;
      for (let column = row; column < size; column++)
        products[row * size + column]! += value * matrix[start + columns[column]!]!;
    }
  for (let row = 0; row < size; row++)
    for (let column = 0; column < row; column++) products[row * size + column] = products[column * size + row]!;
  return products;
}

/**
 * The sums of squares of the columns of a matrix [rows, stride], [stride]: all diagonals of columnProducts in one pass.
 */
export function columnSquares(matrix: Floats, stride: number): Float64Array {
  const squares = new Float64Array(stride);
  for (let start = 0; start < matrix.length; start += stride)
    for (let column = 0; column < stride; column++) squares[column]! += matrix[start + column]! ** 2;
  return squares;
}
