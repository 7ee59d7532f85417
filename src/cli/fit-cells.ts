/** Cuts the cells of a table whose columns are not known before, so that it fits the terminal. */
import { largestOf } from '../core/sequences.js';
import { clip } from '../core/text.js';

/** Spaces before the first column, and between two. */
const margin = 1;
const gap = 2;
const leastWidth = 4;

/** The widest column loses first; with very many columns the table is wider than the terminal. */
export function fitCells(rows: readonly (readonly string[])[], width: number): string[][] {
  const widths = (rows[0] ?? []).map((_, column) => largestOf(rows.map((row) => lengthOf(row[column]!))));
  const room = width - margin - gap * (widths.length - 1);
  for (let over = widths.reduce((sum, own) => sum + own, 0) - room; over > 0; ) {
    const widest = widths.indexOf(largestOf(widths));
    const second = largestOf(widths.filter((_, column) => column !== widest).concat(leastWidth));
    const cut = Math.min(over, Math.max(1, widths[widest]! - second), widths[widest]! - leastWidth);
    if (cut <= 0) break;
    widths[widest]! -= cut;
    over -= cut;
  }
  return rows.map((row) => row.map((cell, column) => clip(cell, Math.max(leastWidth, widths[column]!))));
}

const lengthOf = (cell: string) => Math.max([...cell.slice(0, 200)].length, 1);
