import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BootstrapSample, bcaBounds, bcaPValues } from '#espalier/gate/statistics/bca.js';
import { upperTail } from '#espalier/gate/statistics/binomial.js';
import { proportionLowerBound } from '#espalier/gate/statistics/proportion.js';
import { type Stratum, stratifiedBounds, stratifiedPValues } from '#espalier/gate/statistics/stratified.js';

/** A p value is the confidence at which the bound of its side is 0. */
describe('the p values of several suites as one', () => {
  const strata: fc.Arbitrary<Stratum[]> = fc.array(
    fc.record({
      weight: fc.integer({ min: 1, max: 5 }),
      flips: fc.record({
        cases: fc.integer({ min: 60, max: 400 }),
        gained: fc.integer({ min: 0, max: 20 }),
        lost: fc.integer({ min: 0, max: 30 }),
      }),
    }),
    { minLength: 1, maxLength: 5 },
  );

  it('are where the bounds cross 0', () => {
    let shown = 0;
    fc.assert(
      fc.property(strata, (drawn) => {
        const { worse, better } = stratifiedPValues(drawn);
        if (worse < 0.49 && worse > 1e-9) {
          expect(stratifiedBounds(drawn, { lower: 0.95, upper: 1 - worse }).upper).toBeCloseTo(0, 8);
          shown++;
        }
        if (better < 0.49 && better > 1e-9)
          expect(stratifiedBounds(drawn, { lower: 1 - better, upper: 0.95 }).lower).toBeCloseTo(0, 8);
        expect(Math.max(worse, better)).toBe(1);
      }),
      { seed: 7, numRuns: 60 },
    );
    expect(shown).toBeGreaterThan(10);
  });

  it('are 1 where nothing is known', () => {
    expect(stratifiedPValues([])).toEqual({ worse: 1, better: 1 });
    expect(stratifiedPValues([{ weight: 1, difference: Number.NaN, variance: 1 }])).toEqual({ worse: 1, better: 1 });
  });
});

describe('the p values of a bootstrap', () => {
  /** Skewed draws, so that bias and acceleration count. */
  const sample: BootstrapSample = {
    observed: 0.021,
    draws: Float64Array.from({ length: 9999 }, (_, index) => 0.06 * ((index + 1) / 10000) ** 1.7 - 0.002),
    jackknife: Float64Array.from({ length: 50 }, (_, index) => 0.02 + 0.0001 * (index / 50) ** 3),
  };

  it('are where the bounds cross 0', () => {
    const { better } = bcaPValues(sample);
    expect(better).toBeGreaterThan(0.001);
    expect(bcaBounds(sample, { lower: 1 - better, upper: 0.95 }, { lower: -1, upper: 1 }).lower).toBeCloseTo(0, 4);
  });

  it('are never less than one draw, and 1 where nothing is known', () => {
    const far = {
      observed: 0.5,
      draws: Float64Array.from({ length: 9999 }, (_, index) => 0.4 + index / 49990),
      jackknife: new Float64Array(50),
    };
    expect(bcaPValues(far).better).toBeCloseTo(1 / 9999, 4);
    expect(bcaPValues(far).better).toBeGreaterThanOrEqual(1 / 9999);
    expect(bcaPValues({ ...sample, observed: Number.NaN })).toEqual({ worse: 1, better: 1 });
  });
});

describe('a share of right answers', () => {
  // scipy.stats.binom.sf(k - 1, n, p) and scipy.stats.beta.ppf(0.05, k, n - k + 1)
  it.each([
    [3, 10, 0.2, 0.32220047360000015],
    [140, 200, 0.65, 0.07830045966594604],
    [900, 1000, 0.92, 0.9898543441043397],
  ])('has an exact upper tail: P(X >= %i of %i at %f)', (count, tosses, p, expected) => {
    expect(upperTail(count, tosses, p)).toBeCloseTo(expected, 12);
  });

  it.each([
    [140, 200, 0.6421982672395454],
    [1, 1, 0.05],
    [0, 9, 0],
    [9, 9, 0.7168711644],
  ])('of %i of %i is at least %f, with 95 %% confidence', (right, cases, expected) => {
    expect(proportionLowerBound(right, cases, 0.95)).toBeCloseTo(expected, 7);
  });
});
