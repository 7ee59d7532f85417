import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assignSplit, type StrataCounts, stratumOf } from '#espalier/replay/holdout.js';

const stratum = stratumOf('balance', 'banking');

function splits(count: number, fraction: number, seed: number, name = stratum): string[] {
  const counts: StrataCounts = new Map();
  return Array.from({ length: count }, () => assignSplit(counts, name, { fraction, seed }));
}

const fractions = fc.double({ min: 0.01, max: 0.89, noNaN: true });

describe('assignSplit', () => {
  it.each([0.2, 0.25, 1 / 3, 0.3, 0.07, 0.7])('holds out a share of %f, exact to within one example at any moment', (fraction) => {
    for (let seed = 0; seed < 20; seed++) expectExactShare(fraction, seed, 400);
  });

  it('holds out the exact share for any fraction and seed', () => {
    fc.assert(fc.property(fractions, fc.nat(), (fraction, seed) => expectExactShare(fraction, seed, 300)));
  });

  it('never holds out the first of a stratum', () => {
    fc.assert(fc.property(fractions, fc.nat(), (fraction, seed) => splits(1, fraction, seed)[0] === 'train'));
  });

  it('decides without knowing what comes later', () => {
    fc.assert(
      fc.property(fractions, fc.nat(), fc.nat(50), (fraction, seed, count) => {
        expect(splits(50, fraction, seed).slice(0, count)).toEqual(splits(count, fraction, seed));
      }),
    );
  });

  it('decides for each stratum whatever arrives in others between', () => {
    const counts: StrataCounts = new Map();
    const mixed = Array.from({ length: 100 }, () => {
      assignSplit(counts, stratumOf('other', 'banking'), { fraction: 0.2, seed: 7 });
      return assignSplit(counts, stratum, { fraction: 0.2, seed: 7 });
    });
    expect(mixed).toEqual(splits(100, 0.2, 7));
  });

  it('goes on from the counts it is given', () => {
    const counts: StrataCounts = new Map([[stratum, 40]]);
    expect(Array.from({ length: 20 }, () => assignSplit(counts, stratum, { fraction: 0.2, seed: 7 }))).toEqual(
      splits(60, 0.2, 7).slice(40),
    );
    expect(counts.get(stratum)).toBe(60);
  });

  it('holds out at other places for another seed and another stratum', () => {
    expect(splits(100, 0.2, 8)).not.toEqual(splits(100, 0.2, 7));
    expect(splits(100, 0.2, 7, stratumOf('balance', 'dining'))).not.toEqual(splits(100, 0.2, 7));
  });

  it('holds out at every place of an interval about equally often', () => {
    const held = new Array<number>(5).fill(0);
    for (let seed = 0; seed < 1000; seed++) {
      for (const [position, split] of splits(10, 0.2, seed).slice(5).entries()) if (split === 'holdout') held[position]!++;
    }
    for (const count of held) expect(Math.abs(count - 200)).toBeLessThan(50);
  });
});

describe('stratumOf', () => {
  it('tells label and domain apart wherever one ends', () => {
    expect(stratumOf('a', 'b,c')).not.toBe(stratumOf('a,b', 'c'));
    expect(stratumOf('a","b', 'c')).not.toBe(stratumOf('a', 'b","c'));
  });
});

function expectExactShare(fraction: number, seed: number, count: number): void {
  let held = 0;
  for (const [index, split] of splits(count, fraction, seed).entries()) {
    held += split === 'holdout' ? 1 : 0;
    const due = (index + 1) * fraction;
    if (Math.abs(held - due) > 1 + 1e-9) expect.fail(`${held} of ${index + 1} are held out at a fraction of ${fraction}, seed ${seed}`);
  }
}
