import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '#espalier/core/random.js';
import { exchangeSides } from '#espalier/gate/statistics/flips.js';
import { normalQuantile } from '#espalier/gate/statistics/normal.js';
import { type Stratum, stratifiedBounds, weightedDifference } from '#espalier/gate/statistics/stratified.js';
import { tangoBounds } from '#espalier/gate/statistics/tango.js';
import { anyConfidence, anyFlips, drawFlips, shareOfMisses } from './arbitrary.js';
import { reference } from './reference.js';

const confidences = { lower: 0.95, upper: 0.95 };

describe('stratifiedBounds', () => {
  it.each(reference.stratified)(
    'of $strata at $confidences are those of the likelihood maximised numerically',
    (row) => {
      const { lower, upper } = stratifiedBounds(row.strata, row.confidences);
      expect(Math.abs(lower - row.lower)).toBeLessThan(1e-9);
      expect(Math.abs(upper - row.upper)).toBeLessThan(1e-9);
    },
  );

  it("of one suite of right-or-wrong answers are Tango's, whatever its weight", () => {
    fc.assert(
      fc.property(anyFlips, anyConfidence, fc.double({ min: 0.01, max: 100, noNaN: true }), (flips, level, weight) => {
        const found = stratifiedBounds([{ weight, flips }], { lower: level, upper: level });
        const { lower, upper } = tangoBounds(flips, { lower: level, upper: level });
        expect(Math.abs(found.lower - lower)).toBeLessThan(1e-12);
        expect(Math.abs(found.upper - upper)).toBeLessThan(1e-12);
      }),
    );
  });

  it('of other metrics alone are z standard errors away', () => {
    const strata = [
      { weight: 1, difference: 0.04, variance: 0.0009 },
      { weight: 3, difference: -0.02, variance: 0.0001 },
    ];
    const error = Math.sqrt(0.0009 + 9 * 0.0001) / 4;
    const { lower, upper } = stratifiedBounds(strata, confidences);
    expect(lower).toBeCloseTo(-0.005 - normalQuantile(0.95) * error, 12);
    expect(upper).toBeCloseTo(-0.005 + normalQuantile(0.95) * error, 12);
  });

  it('contain the weighted difference and mirror with the sides', () => {
    const strata = fc.array(fc.record({ weight: fc.integer({ min: 1, max: 9 }), flips: anyFlips }), {
      minLength: 1,
      maxLength: 5,
    });
    fc.assert(
      fc.property(strata, anyConfidence, anyConfidence, (some, low, high) => {
        const { lower, upper } = stratifiedBounds(some, { lower: low, upper: high });
        const exchanged = some.map(({ weight, flips }) => ({ weight, flips: exchangeSides(flips) }));
        const mirrored = stratifiedBounds(exchanged, { lower: high, upper: low });
        expect(lower).toBeLessThanOrEqual(weightedDifference(some) + 1e-12);
        expect(upper).toBeGreaterThanOrEqual(weightedDifference(some) - 1e-12);
        expect([mirrored.lower, mirrored.upper]).toEqual([-upper, -lower]);
      }),
      { numRuns: 40 },
    );
  });

  it('are those of one suite with all cases, where suites are alike and weigh by cases', () => {
    const half = { weight: 1, flips: { cases: 120, gained: 4, lost: 9 } };
    const whole = tangoBounds({ cases: 240, gained: 8, lost: 18 }, confidences);
    const { lower, upper } = stratifiedBounds([half, half], confidences);
    expect(lower).toBeCloseTo(whole.lower, 12);
    expect(upper).toBeCloseTo(whole.upper, 12);
  });

  it('do not let a large suite vouch for a small one in which nothing flipped', () => {
    const small = { cases: 20, gained: 0, lost: 0 };
    const strata = [
      { weight: 1, flips: small },
      { weight: 1, flips: { cases: 200_000, gained: 0, lost: 0 } },
    ];
    expect(stratifiedBounds(strata, confidences).lower).toBeLessThan(
      0.95 * (tangoBounds(small, confidences).lower / 2),
    );
  });

  it('of nothing known say nothing, and of what does not vary just that', () => {
    expect(stratifiedBounds([], confidences)).toEqual({ lower: -1, upper: 1 });
    expect(stratifiedBounds([{ weight: 1, flips: { cases: 0, gained: 0, lost: 0 } }], confidences)).toEqual({
      lower: -1,
      upper: 1,
    });
    expect(stratifiedBounds([{ weight: 1, difference: 0, variance: Number.NaN }], confidences)).toEqual({
      lower: -1,
      upper: 1,
    });
    expect(stratifiedBounds([{ weight: 1, difference: 0.25, variance: 0 }], confidences)).toEqual({
      lower: 0.25,
      upper: 0.25,
    });
  });

  // 1,000 trials of a share of 5 % scatter by 0.7 %. Where a small suite alone loses, one flip of it is enough to be on
  // the safe side: hence no floor there.
  it.each([
    { name: 'alike', sizes: [100, 100, 100], truths: [[0.04, 0.04]], from: 0.03 },
    {
      name: 'of mixed size',
      sizes: [40, 400],
      truths: [
        [0.05, 0.25],
        [0.02, 0.02],
      ],
      from: 0.03,
    },
    {
      name: 'that differ',
      sizes: [100, 100],
      truths: [
        [0.3, 0],
        [0, 0.1],
      ],
      from: 0.03,
    },
    {
      name: 'of which the small one loses',
      sizes: [20, 2000],
      truths: [
        [0, 0.1],
        [0.01, 0.01],
      ],
      from: 0,
    },
    {
      name: 'of which the smallest loses',
      sizes: [30, 300, 3000],
      truths: [
        [0, 0.08],
        [0.02, 0.02],
      ],
      from: 0.015,
    },
  ])('lie above the truth of suites $name at most about once in twenty', ({ name, sizes, truths, from }) => {
    const random = seededRandom('stratified', name);
    const truthOf = (index: number) => {
      const [gained, lost] = truths[Math.min(index, truths.length - 1)]!;
      return { gained: gained!, lost: lost! };
    };
    const truth = sizes.reduce(
      (sum, _, index) => sum + (truthOf(index).gained - truthOf(index).lost) / sizes.length,
      0,
    );
    const misses = shareOfMisses(1000, () => {
      const strata: Stratum[] = sizes.map((cases, index) => ({
        weight: 1,
        flips: drawFlips(cases, truthOf(index), random),
      }));
      return stratifiedBounds(strata, confidences).lower > truth + 1e-12;
    });
    expect(misses).toBeGreaterThanOrEqual(from);
    expect(misses).toBeLessThan(0.075);
  });
});
