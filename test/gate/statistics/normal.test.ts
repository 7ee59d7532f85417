import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalCdf, normalQuantile } from '#espalier/gate/statistics/normal.js';
import { reference } from './reference.js';

describe('normalCdf', () => {
  it.each(reference.normal.cdf)('of %d is that of SciPy, to 1e-13 of itself', (x, cdf) => {
    expect(Math.abs(normalCdf(x) / cdf - 1)).toBeLessThan(1e-13);
  });

  it('adds up to 1 on both sides, wherever it changes its method', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -9, max: 9, noNaN: true }),
        (x) => Math.abs(normalCdf(x) + normalCdf(-x) - 1) < 1e-15,
      ),
    );
  });
});

describe('normalQuantile', () => {
  it.each(reference.normal.quantiles)('of %d is that of SciPy, to 1e-13 of itself', (share, quantile) => {
    expect(Math.abs(normalQuantile(share) - quantile)).toBeLessThan(1e-13 * Math.max(1, Math.abs(quantile)));
  });

  it('is undone by the distribution', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1e-12, max: 1 - 1e-12, noNaN: true }),
        (share) => Math.abs(normalCdf(normalQuantile(share)) - share) < 1e-14,
      ),
    );
  });

  it('of certainty lies at infinity', () => {
    expect([normalQuantile(0), normalQuantile(1)]).toEqual([Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]);
  });
});
