import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mcnemar } from '#espalier/gate/statistics/mcnemar.js';
import { reference } from './reference.js';

describe('mcnemar', () => {
  it.each(reference.mcnemar)(
    'of $gained gained and $lost lost is the binomial test of SciPy',
    ({ gained, lost, ...expected }) => {
      const found = mcnemar({ gained, lost });
      for (const side of ['worse', 'better', 'twoSided'] as const) {
        expect(Math.abs(found[side] - expected[side])).toBeLessThan(1e-9 * expected[side]);
      }
    },
  );

  it('finds nothing where nothing flipped', () => {
    expect(mcnemar({ gained: 0, lost: 0 })).toEqual({ worse: 1, better: 1, twoSided: 1 });
  });

  it('says of a single flip what a coin would', () => {
    expect(mcnemar({ gained: 0, lost: 1 })).toEqual({ worse: 0.5, better: 1, twoSided: 1 });
  });

  it('is the same with the sides exchanged, and both one-sided tests share the outcome seen', () => {
    fc.assert(
      fc.property(fc.nat(3000), fc.nat(3000), (gained, lost) => {
        const [one, other] = [mcnemar({ gained, lost }), mcnemar({ gained: lost, lost: gained })];
        expect([one.worse, one.better, one.twoSided]).toEqual([other.better, other.worse, other.twoSided]);
        expect(one.worse + one.better).toBeGreaterThan(1 - 1e-12);
        expect(one.twoSided).toBeLessThanOrEqual(1);
      }),
    );
  });
});
