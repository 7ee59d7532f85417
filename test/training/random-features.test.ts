import { describe, expect, it } from 'vitest';
import { drawRandomFeatures, weightStep } from '#espalier/training/ridge/random-features.js';

function columnsOf(dimension: number, width: number, seed = 7): number[][] {
  const { data } = drawRandomFeatures(dimension, width, seed);
  const step = weightStep(dimension);
  return Array.from({ length: width }, (_, column) =>
    Array.from({ length: dimension }, (_, row) => data[row * width + column]! * step),
  );
}

const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, value, index) => sum + value * b[index]!, 0);

describe('drawRandomFeatures', () => {
  it('follows from its arguments, each of them', () => {
    expect(drawRandomFeatures(16, 40, 7)).toEqual(drawRandomFeatures(16, 40, 7));
    expect(drawRandomFeatures(16, 40, 8).data).not.toEqual(drawRandomFeatures(16, 40, 7).data);
    expect(drawRandomFeatures(16, 48, 7).data.slice(0, 16)).not.toEqual(
      drawRandomFeatures(16, 40, 7).data.slice(0, 16),
    );
  });

  it.each([
    [16, 64],
    [16, 40],
    [16, 5],
    [7, 24],
    [1, 16],
    [33, 70],
  ])('has the shape that is asked for: %i x %i', (dimension, width) => {
    const { dims, data } = drawRandomFeatures(dimension, width, 7);
    expect(dims).toEqual([dimension, width]);
    expect(data).toHaveLength(dimension * width);
    expect(data.every(Number.isFinite)).toBe(true);
  });

  it('has columns of length 1, orthogonal within a block, to the rounding, where the dimension is a power of two', () => {
    const columns = columnsOf(16, 40);
    for (const [a, first] of columns.entries()) {
      for (const [b, second] of columns.entries()) {
        if (Math.floor(a / 16) === Math.floor(b / 16))
          expect(Math.abs(dot(first, second) - (a === b ? 1 : 0))).toBeLessThan(0.03);
      }
    }
  });

  it.each([1, 7, 16, 384, 1024])(
    'holds whole numbers from -63 to 63, in steps of a power of two (dimension %i)',
    (dimension) => {
      const { data } = drawRandomFeatures(dimension, 64, 7);
      expect(data.every((value) => Math.abs(value) <= 63)).toBe(true);
      expect(Number.isInteger(Math.log2(weightStep(dimension)))).toBe(true);
      // Few are clipped: those beyond 3.7 standard deviations at least.
      expect(data.filter((value) => Math.abs(value) === 63).length / data.length).toBeLessThan(0.001);
    },
  );

  it('draws each block anew', () => {
    const columns = columnsOf(16, 32);
    expect(columns.slice(16)).not.toEqual(columns.slice(0, 16));
  });

  it.each([3, 7, 33])('has columns of length 1 on average in any dimension (%i)', (dimension) => {
    const side = 2 ** Math.ceil(Math.log2(dimension));
    const columns = columnsOf(dimension, 4 * side);
    const squares = columns.reduce((sum, column) => sum + dot(column, column), 0) / columns.length;
    expect(Math.abs(squares - 1)).toBeLessThan(0.06);
    expect(Math.max(...columns.map((column) => dot(column, column)))).toBeLessThan((side / dimension) * 1.06);
  });

  it('gives a projection of any vector that is about normal: mean 0, variance |x|^2 / d, kurtosis near 3', () => {
    const columns = columnsOf(64, 4096);
    const spike = Array.from({ length: 64 }, (_, index) => (index === 5 ? 8 : 0));
    const values = columns.map((column) => dot(column, spike));
    const moment = (power: number) => values.reduce((sum, value) => sum + value ** power, 0) / values.length;
    expect(Math.abs(moment(1))).toBeLessThan(0.06);
    expect(moment(2)).toBeCloseTo(1, 1);
    expect(Math.abs(moment(4) - 3)).toBeLessThan(0.5);
  });
});
