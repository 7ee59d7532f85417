import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '#espalier/core/random.js';
import { conformalThreshold } from '#espalier/gate/statistics/conformal.js';
import { describeUnknown } from '#espalier/gate/unknown.js';

const shares = fc.constantFrom(0.01, 0.05, 0.1, 0.2);
const manyScores = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 200 });

describe('the conformal threshold', () => {
  it('is the text by text rule of p values: refused are scores of p <= share', () => {
    fc.assert(
      fc.property(manyScores, shares, fc.double({ min: 0, max: 1, noNaN: true }), (scores, share, score) => {
        const isRefused = score < conformalThreshold(scores, share);
        const p = (1 + scores.filter((one) => one <= score).length) / (scores.length + 1);
        expect(isRefused).toBe(p <= share + 1e-12);
      }),
    );
  });

  it('refuses nothing where too few texts are held out', () => {
    expect(conformalThreshold([0.1, 0.2, 0.3], 0.05)).toBe(Number.NEGATIVE_INFINITY);
    expect(conformalThreshold(Array<number>(18).fill(0.5), 0.05)).toBe(Number.NEGATIVE_INFINITY);
    expect(conformalThreshold(Array<number>(19).fill(0.5), 0.05)).toBe(0.5);
  });

  it('keeps its promise: over many draws at most the share of new texts is refused, and nearly that', () => {
    const random = seededRandom('conformal');
    let refused = 0;
    const draws = 4000;
    for (let draw = 0; draw < draws; draw++) {
      const held = Array.from({ length: 99 }, () => random.normal());
      if (random.normal() < conformalThreshold(held, 0.1)) refused++;
    }
    // Binomial, 4 standard errors.
    expect(Math.abs(refused / draws - 0.1)).toBeLessThan(4 * Math.sqrt((0.1 * 0.9) / draws));
  });
});

describe('what is said of unknown texts', () => {
  it('counts what the threshold refuses and accepts', () => {
    const inScope = Array.from({ length: 40 }, (_, index) => 0.5 + index / 100);
    const report = describeUnknown({ task: 'intent', inScope, outOfScope: [0.1, 0.505, 0.6, 0.9] }, 0.05);
    expect(report).toEqual({
      task: 'intent',
      share: 0.05,
      threshold: 0.51,
      inScope: 40,
      refused: 1,
      outOfScope: 4,
      accepted: 2,
    });
  });

  it('has no threshold without enough texts, and then accepts everything', () => {
    const report = describeUnknown({ task: 'intent', inScope: [0.9], outOfScope: [0.1] }, 0.05);
    expect(report).toMatchObject({ threshold: null, refused: 0, accepted: 1 });
  });
});
