import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pairedBootstrapOfMean } from '#espalier/gate/statistics/bootstrap.js';
import { signFlipPValues } from '#espalier/gate/statistics/sign-flip.js';

const whole = fc.array(fc.integer({ min: -9, max: 9 }), { maxLength: 12 });

describe('the sign changes of paired differences', () => {
  it.each([
    [[-1, -1, -1], 1 / 8, 1],
    [[-2, -2, -2, 1], 2 / 16, 15 / 16],
    [[0, 0, 0], 1, 1],
    [[1, -1], 3 / 4, 3 / 4],
    [[-0.5, 0.25, 0, -0.125], 3 / 8, 6 / 8],
  ])('of %j: worse %f, better %f, as counted by hand', (differences, worse, better) => {
    expect(signFlipPValues(differences)).toEqual({ worse, better });
  });

  it('mirror each other when the sides change places, and count the observed signs themselves', () => {
    fc.assert(
      fc.property(whole, (differences) => {
        const [one, other] = [signFlipPValues(differences)!, signFlipPValues(differences.map((value) => -value))!];
        expect([one.worse, one.better]).toEqual([other.better, other.worse]);
        const moved = differences.filter((value) => value !== 0).length;
        expect(Math.min(one.worse, one.better)).toBeGreaterThanOrEqual(2 ** -moved);
        expect(one.worse + one.better).toBeGreaterThanOrEqual(1);
      }),
    );
  });

  it('are not told where too many differ to be counted', () => {
    expect(signFlipPValues(Array(17).fill(-1))).toBeUndefined();
  });
});

describe('three sources of sixty that all lost', () => {
  const differences = Array.from({ length: 300 }, (_, index) => (index < 15 ? -1 : 0));
  const clusters = differences.map((_, index) => Math.floor(index / 5));
  const options = { confidences: { lower: 0.95, upper: 0.95 }, seed: ['three'] };

  it('are no proof of a loss: each might as well have gained', () => {
    const { worse, better, lower } = pairedBootstrapOfMean(differences, { ...options, clusters });
    expect(worse).toBe(1 / 8);
    expect(better).toBe(1);
    expect(lower).toBeLessThan(-0.05);
  });

  it('are one where the fifteen cases stand for themselves', () => {
    expect(pairedBootstrapOfMean(differences, options).worse).toBeLessThan(0.001);
  });
});
