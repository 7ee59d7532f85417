import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holm } from '#espalier/gate/statistics/holm.js';
import { reference } from './reference.js';

const anyPs = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 });

describe('holm', () => {
  it.each(reference.holm)('of $p is the running maximum of sorted p times how many are left', ({ p, adjusted }) => {
    holm(p).forEach((value, index) => {
      expect(Math.abs(value - adjusted[index]!)).toBeLessThan(1e-12);
    });
  });

  it('never falls below the raw p nor rises above Bonferroni', () => {
    fc.assert(
      fc.property(anyPs, (p) => {
        holm(p).forEach((value, index) => {
          expect(value).toBeGreaterThanOrEqual(p[index]!);
          expect(value).toBeLessThanOrEqual(Math.min(1, p.length * p[index]!));
        });
      }),
    );
  });

  it('keeps who is ahead of whom, and does not care where anyone stands', () => {
    fc.assert(
      fc.property(anyPs, (p) => {
        const adjusted = holm(p);
        const pairs = p.flatMap((_, a) => p.map((__, b) => [a, b] as const));
        for (const [a, b] of pairs) if (p[a]! < p[b]!) expect(adjusted[a]!).toBeLessThanOrEqual(adjusted[b]!);
        expect(holm([...p].reverse())).toEqual([...adjusted].reverse());
      }),
    );
  });
});
