import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '#espalier/core/random.js';
import { countFlips, exchangeSides } from '#espalier/gate/statistics/flips.js';
import { normalQuantile } from '#espalier/gate/statistics/normal.js';
import { scoreVariance, tangoBounds } from '#espalier/gate/statistics/tango.js';
import { pairsOf } from '../../support/paired.js';
import { anyConfidence, anyFlips, drawFlips, shareOfMisses } from './arbitrary.js';
import { reference } from './reference.js';

const confidences = { lower: 0.95, upper: 0.95 };

describe('countFlips', () => {
  it('counts what was won and what was lost', () => {
    const { champion, candidate } = pairsOf([5, 2, 3, 1]);
    expect(countFlips(champion, candidate)).toEqual({ cases: 11, gained: 3, lost: 2 });
  });
});

describe('tangoBounds', () => {
  it.each(reference.tango)('of $flips at $confidences are those of the likelihood maximised numerically', (row) => {
    const { lower, upper } = tangoBounds(row.flips, row.confidences);
    expect(Math.abs(lower - row.lower)).toBeLessThan(1e-9);
    expect(Math.abs(upper - row.upper)).toBeLessThan(1e-9);
  });

  it.each([1, 20, 5000])('without a flip among %d cases are z^2 / (n + z^2) either way', (cases) => {
    const square = normalQuantile(0.95) ** 2;
    const { lower, upper } = tangoBounds({ cases, gained: 0, lost: 0 }, confidences);
    expect(upper).toBeCloseTo(square / (cases + square), 12);
    expect(lower).toBe(-upper);
  });

  it('of nothing but losses reach -1, and of no cases say nothing', () => {
    expect(tangoBounds({ cases: 9, gained: 0, lost: 9 }, confidences).lower).toBe(-1);
    expect(tangoBounds({ cases: 0, gained: 0, lost: 0 }, confidences)).toEqual({ lower: -1, upper: 1 });
  });

  it('contain what was observed, stay within -1 and 1, and mirror with the sides', () => {
    fc.assert(
      fc.property(anyFlips, anyConfidence, anyConfidence, (flips, low, high) => {
        const { lower, upper } = tangoBounds(flips, { lower: low, upper: high });
        const mirrored = tangoBounds(exchangeSides(flips), { lower: high, upper: low });
        const observed = (flips.gained - flips.lost) / flips.cases;
        expect(lower).toBeGreaterThanOrEqual(-1);
        expect(lower).toBeLessThanOrEqual(observed);
        expect(upper).toBeGreaterThanOrEqual(observed);
        expect(upper).toBeLessThanOrEqual(1);
        expect([mirrored.lower, mirrored.upper]).toEqual([-upper, -lower]);
      }),
    );
  });

  it('are wider with more confidence, and narrower with more cases of the same rates', () => {
    fc.assert(
      fc.property(anyFlips, anyConfidence, fc.integer({ min: 2, max: 50 }), (flips, confidence, times) => {
        const widthOf = (factor: number, level: number) => {
          const [cases, gained, lost] = [flips.cases * factor, flips.gained * factor, flips.lost * factor];
          const { lower, upper } = tangoBounds({ cases, gained, lost }, { lower: level, upper: level });
          return upper - lower;
        };
        expect(widthOf(1, confidence + (1 - confidence) / 2)).toBeGreaterThan(widthOf(1, confidence));
        expect(widthOf(times, confidence)).toBeLessThan(widthOf(1, confidence));
      }),
    );
  });

  // 4,000 trials of a share of 5 % scatter by 0.35 %; the rest of the band is Tango's own: flips are whole numbers.
  it.each([
    { cases: 50, truth: { gained: 0.1, lost: 0.15 } },
    { cases: 200, truth: { gained: 0.03, lost: 0.03 } },
    { cases: 100, truth: { gained: 0, lost: 0.08 } },
    { cases: 1000, truth: { gained: 0.02, lost: 0.05 } },
  ])('lie above the truth $truth of $cases cases about once in twenty', ({ cases, truth }) => {
    const random = seededRandom('tango', cases);
    const misses = shareOfMisses(
      4000,
      () => tangoBounds(drawFlips(cases, truth, random), confidences).lower > truth.gained - truth.lost + 1e-12,
    );
    expect(misses).toBeGreaterThan(0.03);
    expect(misses).toBeLessThan(0.065);
  });
});

describe('scoreVariance', () => {
  it('at the observed difference is the variance of the observed flips', () => {
    fc.assert(
      fc.property(anyFlips, (flips) => {
        const { cases, gained, lost } = flips;
        const observed = (gained - lost) / cases;
        expect(scoreVariance(flips, observed)).toBeCloseTo(((gained + lost) / cases - observed ** 2) / cases, 12);
      }),
    );
  });
});
