import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '#espalier/core/random.js';
import { mcnemar } from '#espalier/gate/statistics/mcnemar.js';
import { tarone } from '#espalier/gate/statistics/tarone.js';

describe('tarone', () => {
  it('is Bonferroni where any p can be as small as it likes', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 20 }), (ps) => {
        expect(
          tarone(
            ps.map((p) => ({ p, least: 0 })),
            0.05,
          ),
        ).toEqual(ps.map((p) => Math.min(1, ps.length * p)));
      }),
    );
  });

  it('does not count tests that could not have been shown: 6 lost answers among 24 slices of which the others kept theirs', () => {
    const lost = { p: 0.5 ** 6, least: 0.5 ** 6 };
    const quiet = Array.from({ length: 23 }, (_, index) => ({ p: 0.75, least: index % 2 === 0 ? 1 : 0.25 }));
    expect(tarone([lost, ...quiet], 0.05)[0]).toBe(0.5 ** 6);
    expect(
      tarone([lost, ...quiet], 0.05)
        .slice(1)
        .every((p) => p === 1),
    ).toBe(true);
  });

  it('works the example of the paper: 9 tests, of which 3 can be as small as alpha / 3', () => {
    const least = [0.0001, 0.001, 0.01, 0.02, 0.03, 0.2, 0.3, 0.4, 0.5];
    // 5 of 9 can reach 0.05 and 4 can reach 0.05 / 2; 3 can reach 0.05 / 3 = 0.0167, which is no more than 3.
    const adjusted = tarone(
      least.map((smallest) => ({ p: smallest, least: smallest })),
      0.05,
    );
    expect(adjusted.slice(0, 3).map((p) => Number(p.toFixed(6)))).toEqual([0.0003, 0.003, 0.03]);
    expect(adjusted.slice(3)).toEqual([1, 1, 1, 1, 1, 1]);
  });

  it('errs with at most alpha where nothing was lost: 40 slices of 12 answers, a tenth of which flip', () => {
    const random = seededRandom('tarone');
    const trials = 3000;
    let wrong = 0;
    for (let trial = 0; trial < trials; trial++) {
      const tests = Array.from({ length: 40 }, () => {
        let [gained, lost] = [0, 0];
        for (let answer = 0; answer < 12; answer++)
          if (random.uniform() < 0.1) random.uniform() < 0.5 ? gained++ : lost++;
        return { p: mcnemar({ gained, lost }).worse, least: 0.5 ** (gained + lost) };
      });
      if (tarone(tests, 0.05).some((p) => p <= 0.05)) wrong++;
    }
    expect(wrong / trials).toBeLessThan(0.05);
  });
});
