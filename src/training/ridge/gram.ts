/**
 * A Gram matrix of whole numbers, or of quarters where examples are weighed, stored in panels of 256 rows, each from the diagonal block rightwards, [height, width
 * - top] row-major. The part left of the diagonal blocks is their mirror image and is not stored. 36 MB as int32 at
 * width 4096.
 */
import type { Floats } from '../native.js';

export interface Gram {
  readonly width: number;
  /** The panels one after another: int32 if every entry is whole and fits, else float64. */
  readonly data: Int32Array | Float64Array;
}

export interface Panel {
  readonly index: number;
  /** Index of its first row, which is also that of its first column. */
  readonly top: number;
  /** Number of rows. */
  readonly height: number;
  /** Index in the data at which it begins. */
  readonly offset: number;
}

export const panelRows = 256;

export const largestInt32 = 2 ** 31 - 1;

export function panelsOf(width: number): Panel[] {
  const panels: Panel[] = [];
  for (let top = 0, offset = 0; top < width; top += panelRows) {
    const height = Math.min(panelRows, width - top);
    panels.push({ index: panels.length, top, height, offset });
    offset += height * (width - top);
  }
  return panels;
}

export function packedLength(width: number): number {
  return panelsOf(width).reduce((sum, { top, height }) => sum + height * (width - top), 0);
}

export function emptyGram(width: number): Gram {
  return { width, data: new Int32Array(packedLength(width)) };
}

/** Adds `factor` times a panel of products, in place. */
export function addToPanel(
  { width, data }: Gram,
  { top, height, offset }: Panel,
  products: Int32Array,
  factor: number,
): void {
  const length = height * (width - top);
  // There are two loops, so that each uses arrays of one type.
  if (data instanceof Int32Array)
    for (let index = 0; index < length; index++) data[offset + index]! += factor * products[index]!;
  else for (let index = 0; index < length; index++) data[offset + index]! += factor * products[index]!;
}

/**
 * Writes rows [top, top + height) of the leading [size, size] block, each from its panel's first column on, to `into`
 * [height, size - top].
 */
export function copyRows({ width, data }: Gram, size: number): (into: Floats, top: number, height: number) => void {
  const panels = panelsOf(width);
  return (into, top, height) => {
    for (let row = top; row < top + height; row++) {
      const panel = panels[Math.floor(row / panelRows)]!;
      const left = Math.max(top, panel.top);
      const start = panel.offset + (row - panel.top) * (width - panel.top) - panel.top;
      into.set(data.subarray(start + left, start + size), (row - top) * (size - top) + left - top);
    }
  };
}

/** [width] */
export function diagonalOf({ width, data }: Gram): Float64Array {
  const diagonal = new Float64Array(width);
  for (const { top, height, offset } of panelsOf(width)) {
    for (let row = 0; row < height; row++) diagonal[top + row] = data[offset + row * (width - top) + row]!;
  }
  return diagonal;
}

/** No entry exceeds the largest on the diagonal (Cauchy-Schwarz). */
export function largestEntry(gram: Gram): number {
  return diagonalOf(gram).reduce((largest, value) => Math.max(largest, value), 0);
}

/** The same numbers in float64, with room for larger ones. */
export function widened(gram: Gram): Gram {
  return gram.data instanceof Float64Array ? gram : { ...gram, data: new Float64Array(gram.data) };
}

/** The same numbers, as int32 if they are whole and fit, so that equal matrices have equal bytes. */
export function narrowest(gram: Gram): Gram {
  return gram.data instanceof Int32Array ? gram : { ...gram, data: narrowestNumbers(gram.data) };
}

/** The same numbers, as int32 if they are whole and fit, so that equal sums have equal bytes. */
export function narrowestNumbers(values: Float64Array): Int32Array | Float64Array {
  for (let index = 0; index < values.length; index++) {
    const value = values[index]!;
    if (!Number.isInteger(value) || Math.abs(value) > largestInt32) return values;
  }
  return new Int32Array(values);
}
