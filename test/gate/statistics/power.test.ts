import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '#espalier/core/random.js';
import { normalQuantile } from '#espalier/gate/statistics/normal.js';
import { casesToDecide, minimumDetectableLoss } from '#espalier/gate/statistics/power.js';
import { tangoBounds } from '#espalier/gate/statistics/tango.js';
import { anyFlips, drawFlips, shareOfMisses } from './arbitrary.js';

const demand = { confidences: { lower: 0.95, upper: 0.95 }, power: 0.8, shown: 0.05 };

/** How often a candidate of this truth gets the bounds that `isReached` asks for. */
const shareReached = (
  cases: number,
  truth: { gained: number; lost: number },
  isReached: (bounds: { lower: number; upper: number }) => boolean,
) => {
  const random = seededRandom('power', cases);
  return shareOfMisses(3000, () => isReached(tangoBounds(drawFlips(cases, truth, random), demand.confidences)));
};

describe('minimumDetectableLoss', () => {
  // Counted in whole flips the power moves in steps: within 5 points of what was asked for.
  it.each([
    { cases: 200, flips: 10 },
    { cases: 500, flips: 40 },
    { cases: 2000, flips: 50 },
  ])(
    'is the margin that an unchanged candidate passes 4 times in 5: $cases cases, $flips flips',
    ({ cases, flips }) => {
      const margin = minimumDetectableLoss({ cases, gained: flips / 2, lost: flips / 2 }, demand);
      const share = flips / cases / 2;
      const power = shareReached(cases, { gained: share, lost: share }, ({ lower }) => lower >= -margin);
      expect(power).toBeGreaterThan(0.75);
      expect(power).toBeLessThan(0.85);
    },
  );

  it('without flips is the least that so many cases can exclude', () => {
    const square = normalQuantile(0.95) ** 2;
    expect(minimumDetectableLoss({ cases: 100, gained: 0, lost: 0 }, demand)).toBeCloseTo(square / (100 + square), 12);
  });

  it('does not ask who won, falls with cases, and grows with power', () => {
    fc.assert(
      fc.property(anyFlips, fc.double({ min: 0.5, max: 0.98, noNaN: true }), ({ cases, gained, lost }, power) => {
        const of = (times: number, asked: number) =>
          minimumDetectableLoss(
            { cases: cases * times, gained: gained * times, lost: lost * times },
            { ...demand, power: asked },
          );
        expect(of(1, power)).toBeCloseTo(
          minimumDetectableLoss({ cases, gained: lost, lost: gained }, { ...demand, power }),
          12,
        );
        expect(of(3, power)).toBeLessThan(of(1, power));
        expect(of(1, power + 0.01)).toBeGreaterThanOrEqual(of(1, power));
        expect(of(1, power)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('of another metric is as many standard errors as confidence and power ask for', () => {
    const loss = minimumDetectableLoss({ cases: 50, difference: 0.3, variance: 0.0004 }, demand);
    expect(loss).toBeCloseTo(0.02 * (normalQuantile(0.95) + normalQuantile(0.8)), 12);
  });
});

describe('casesToDecide', () => {
  it('says how many cases let a candidate pass that is as good as it seems', () => {
    const decision = casesToDecide({ cases: 200, gained: 10, lost: 12 }, 0.03, demand)!;
    expect(decision.verdict).toBe('not-inferior');
    const power = shareReached(decision.cases, { gained: 0.05, lost: 0.06 }, ({ lower }) => lower >= -0.03);
    expect(Math.abs(power - 0.8)).toBeLessThan(0.03);
  });

  it('says how many cases would show a loss as large as it seems', () => {
    const decision = casesToDecide({ cases: 100, gained: 3, lost: 7 }, 0.01, demand)!;
    expect(decision.verdict).toBe('worse');
    const power = shareReached(decision.cases, { gained: 0.03, lost: 0.07 }, ({ upper }) => upper < 0);
    expect(Math.abs(power - 0.8)).toBeLessThan(0.03);
  });

  it('is the first number that does', () => {
    const flips = { cases: 200, gained: 10, lost: 12 };
    const { cases } = casesToDecide(flips, 0.03, { ...demand, power: 0.5 })!;
    const lowerOf = (count: number) =>
      tangoBounds({ cases: count, gained: count * 0.05, lost: count * 0.06 }, demand.confidences).lower;
    expect(lowerOf(cases)).toBeGreaterThanOrEqual(-0.03);
    expect(lowerOf(cases - 1)).toBeLessThan(-0.03);
  });

  it('needs fewer the wider the margin, and more the greater the power', () => {
    const flips = { cases: 300, gained: 12, lost: 12 };
    const of = (margin: number, power: number) => casesToDecide(flips, margin, { ...demand, power })!.cases;
    expect([0.1, 0.05, 0.02, 0.005].map((margin) => of(margin, 0.8))).toEqual(
      [0.1, 0.05, 0.02, 0.005].map((margin) => of(margin, 0.8)).sort((a, b) => a - b),
    );
    expect(of(0.02, 0.95)).toBeGreaterThan(of(0.02, 0.8));
  });

  it('is nothing where no number of cases would decide', () => {
    expect(casesToDecide({ cases: 100, gained: 0, lost: 0 }, 0, demand)).toBeNull();
    expect(casesToDecide({ cases: 100, gained: 5, lost: 5 }, 0, demand)).toBeNull();
    expect(casesToDecide({ cases: 50, difference: 0, variance: 0.01 }, 0, demand)).toBeNull();
  });

  it('of another metric follows from its variance', () => {
    const decision = casesToDecide({ cases: 50, difference: 0.01, variance: 0.0009 }, 0.02, demand);
    const errors = normalQuantile(0.95) + normalQuantile(0.8);
    expect(decision).toEqual({ cases: Math.ceil(50 * 0.0009 * (errors / 0.03) ** 2), verdict: 'not-inferior' });
  });
});
