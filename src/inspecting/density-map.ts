/** Counts of points on a grid over a plane. */
import { dot } from '../core/vectors.js';
import type { Plane } from './plane.js';

export interface Grid {
  readonly columns: number;
  readonly rows: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Frame {
  readonly left: number;
  readonly right: number;
  readonly bottom: number;
  readonly top: number;
}

/** Where each vector of [n, width] lies on the plane. */
export function project(vectors: Float32Array, { axes }: Plane): Point[] {
  const width = axes[0].length;
  return Array.from({ length: width === 0 ? 0 : vectors.length / width }, (_, row) => {
    const own = vectors.subarray(row * width, (row + 1) * width);
    return { x: dot(own, axes[0]), y: dot(own, axes[1]) };
  });
}

/** All but the outermost hundredth at each side, so that a few far points do not press the others together. */
export function frameOf(points: readonly Point[]): Frame {
  const [left, right] = inner(points.map(({ x }) => x));
  const [bottom, top] = inner(points.map(({ y }) => y));
  return { left, right, bottom, top };
}

function inner(values: number[]): [number, number] {
  if (values.length === 0) return [0, 0];
  const sorted = Float64Array.from(values).sort();
  const margin = Math.floor(sorted.length / 100);
  return [sorted[margin]!, sorted[sorted.length - 1 - margin]!];
}

/** Points outside of the frame count at its border. Row 0 is the top. */
export function placeOn({ columns, rows }: Grid, { left, right, bottom, top }: Frame, { x, y }: Point) {
  return {
    column: step(x, left, right, columns),
    row: rows - 1 - step(y, bottom, top, rows),
  };
}

/** The middle where the frame has no extent. */
function step(value: number, from: number, to: number, steps: number): number {
  const share = to > from ? (value - from) / (to - from) : 0.5;
  return Math.max(0, Math.min(steps - 1, Math.floor(share * steps)));
}

/** [rows][columns] */
export function countOn(grid: Grid, frame: Frame, points: readonly Point[]): number[][] {
  const counts = Array.from({ length: grid.rows }, () => new Array<number>(grid.columns).fill(0));
  for (const point of points) {
    const { row, column } = placeOn(grid, frame, point);
    counts[row]![column]!++;
  }
  return counts;
}
