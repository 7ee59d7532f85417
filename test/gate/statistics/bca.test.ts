import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bcaBounds } from '#espalier/gate/statistics/bca.js';
import { reference } from './reference.js';

const confidences = { lower: 0.95, upper: 0.9 };
const range = { lower: -1, upper: 1 };
const flat = Float64Array.of(1, 1, 1);

describe('bcaBounds', () => {
  it.each(reference.bca)(
    "of a $statistic are those of SciPy's bootstrap, from the same draws",
    ({ observed, draws, jackknife, bounds }) => {
      const sample = { observed, draws: Float64Array.from(draws), jackknife: Float64Array.from(jackknife) };
      for (const expected of bounds) {
        const { lower, upper } = bcaBounds(sample, expected.confidences, range);
        expect(Math.abs(lower - expected.lower)).toBeLessThan(1e-9);
        expect(Math.abs(upper - expected.upper)).toBeLessThan(1e-9);
      }
    },
  );

  it('are plain percentiles where there is neither bias nor acceleration', () => {
    // 0, 1, ... 100, in some order, about the observed 50.
    const draws = Float64Array.from({ length: 101 }, (_, index) => (index * 37) % 101);
    const { lower, upper } = bcaBounds({ observed: 50, draws, jackknife: flat }, confidences, range);
    expect(lower).toBeCloseTo(5, 10);
    expect(upper).toBeCloseTo(90, 10);
  });

  it('move up where most draws lie below what was observed, and down where they lie above', () => {
    const draws = Float64Array.from({ length: 101 }, (_, index) => index);
    const lowerAt = (observed: number) => bcaBounds({ observed, draws, jackknife: flat }, confidences, range).lower;
    expect(lowerAt(60)).toBeGreaterThan(lowerAt(50));
    expect(lowerAt(40)).toBeLessThan(lowerAt(50));
  });

  it('are the observed value where every draw is', () => {
    expect(
      bcaBounds({ observed: 0.3, draws: new Float64Array(50).fill(0.3), jackknife: flat }, confidences, range),
    ).toEqual({
      lower: 0.3,
      upper: 0.3,
    });
  });

  it('hold on to the outermost draws where all lie on one side', () => {
    const draws = Float64Array.from({ length: 100 }, (_, index) => index);
    const { lower, upper } = bcaBounds({ observed: 200, draws, jackknife: flat }, confidences, range);
    expect(lower).toBeGreaterThan(98);
    expect(upper).toBeCloseTo(99, 6);
  });

  it('do not turn round beyond the pole of the acceleration', () => {
    const draws = Float64Array.from({ length: 10_000 }, (_, index) => index);
    const jackknife = new Float64Array(500);
    jackknife[0] = -1;
    const { upper } = bcaBounds({ observed: 20_000, draws, jackknife }, { lower: 0.95, upper: 0.9999 }, range);
    expect(upper).toBe(9999);
  });

  it('let an undefined draw be the worst there is, and know nothing beyond 1 % of them', () => {
    const drawsWith = (missing: number) =>
      Float64Array.from({ length: 1000 }, (_, index) => (index < missing ? Number.NaN : index / 1000));
    const boundsWith = (missing: number) =>
      bcaBounds({ observed: 0.5, draws: drawsWith(missing), jackknife: flat }, confidences, range);
    expect(boundsWith(10).lower).toBeLessThan(boundsWith(0).lower);
    expect(boundsWith(10).lower).toBeGreaterThan(0);
    expect(boundsWith(11)).toEqual(range);
  });

  it('know nothing where the statistic of the cases is undefined', () => {
    expect(
      bcaBounds({ observed: Number.NaN, draws: Float64Array.of(0, 0.1), jackknife: flat }, confidences, range),
    ).toEqual(range);
  });

  it('are never NaN, ordered, and within the draws', () => {
    const values = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 2, maxLength: 60 });
    fc.assert(
      fc.property(values, values, fc.double({ min: -2, max: 2, noNaN: true }), (draws, jackknife, observed) => {
        const sample = { observed, draws: Float64Array.from(draws), jackknife: Float64Array.from(jackknife) };
        const { lower, upper } = bcaBounds(sample, confidences, range);
        expect(lower).toBeGreaterThanOrEqual(Math.min(...draws));
        expect(upper).toBeLessThanOrEqual(Math.max(...draws));
        expect(lower).toBeLessThanOrEqual(upper);
      }),
    );
  });
});
