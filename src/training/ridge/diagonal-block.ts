/** The part of a blocked factorisation that works on small triangular matrices, in plain loops. */
import type { Floats } from '../native.js';

/**
 * Overwrites a symmetric block with upper U, U^T U = block, zeros below. False if it is not positive definite. Cost:
 * size^3 / 6 multiply-adds.
 */
export function factoriseBlock(block: Floats, size: number): boolean {
  for (let row = 0; row < size; row++) {
    const start = row * size;
    const pivot = block[start + row]!;
    if (!(pivot > 0)) return false;
    const root = Math.sqrt(pivot);
    for (let column = row; column < size; column++) block[start + column] = block[start + column]! / root;
    block.fill(0, start, start + row);
    for (let below = row + 1; below < size; below++)
      subtractRow(block, { from: start, to: below * size, left: below, right: size });
  }
  return true;
}

/**
 * Subtracts from row `to` its share of row `from`, whose factor is in column `left` of `from`; columns [left, right).
 */
function subtractRow(
  block: Floats,
  { from, to, left, right }: { from: number; to: number; left: number; right: number },
): void {
  const factor = block[from + left]!;
  for (let column = left; column < right; column++)
    block[to + column] = block[to + column]! - factor * block[from + column]!;
}

/** U^-1 of an upper triangular block, row-major. */
export function invertUpper(upper: Floats, size: number, makeArray: (length: number) => Floats): Floats {
  const inverse = makeArray(size * size);
  for (let row = size - 1; row >= 0; row--) {
    const start = row * size;
    const pivot = 1 / upper[start + row]!;
    inverse[start + row] = pivot;
    for (let between = row + 1; between < size; between++) {
      const factor = upper[start + between]! * pivot;
      const from = between * size;
      for (let column = between; column < size; column++)
        inverse[start + column] = inverse[start + column]! - factor * inverse[from + column]!;
    }
  }
  return inverse;
}
