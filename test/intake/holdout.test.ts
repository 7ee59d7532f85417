import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openStrata } from '#espalier/intake/holdout.js';
import type { Split } from '#espalier/store/examples.js';

type Row = readonly [label: string, domain: string];

function splits(rows: readonly Row[], fraction: number, seed: number): Split[] {
  const strata = openStrata([]);
  return rows.map(([label, domain]) => strata.assign([label], domain, { fraction, seed }));
}

const oneStratum = (count: number, label = 'balance', domain = 'banking') =>
  Array.from({ length: count }, (): Row => [label, domain]);
const heldIn = (all: readonly Split[]) => all.filter((split) => split === 'holdout').length;
const fractions = fc.double({ min: 0.01, max: 0.89, noNaN: true });
const rows = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('x', 'y', 'z', 'w')), {
  maxLength: 200,
});

describe('what is held out', () => {
  it.each([0.2, 0.25, 1 / 3, 0.3, 0.07, 0.7])(
    'is a share of %f of a label, exact to within one example at any moment',
    (fraction) => {
      for (let seed = 0; seed < 20; seed++) expectExactShare(oneStratum(400), fraction, seed);
    },
  );

  it('is the exact share of every label, whatever domains it is spread over, for any fraction and seed', () => {
    fc.assert(fc.property(rows, fractions, fc.nat(), (own, fraction, seed) => expectExactShare(own, fraction, seed)));
  });

  it('is never the first example of a label', () => {
    fc.assert(
      fc.property(rows, fractions, fc.nat(), (own, fraction, seed) => {
        const all = splits(own, fraction, seed);
        for (const label of ['a', 'b', 'c']) {
          const first = own.findIndex(([name]) => name === label);
          if (first >= 0) expect(all[first]).toBe('train');
        }
      }),
    );
  });

  it('is the share, too, where every row is a domain of its own', () => {
    const own = Array.from({ length: 240 }, (_, index): Row => [`label ${index % 6}`, `shop${index}.example`]);
    for (let seed = 0; seed < 20; seed++) expect(Math.abs(heldIn(splits(own, 0.2, seed)) - 48)).toBeLessThanOrEqual(6);
  });

  it('is near the share with a thousand labels of two or three examples each, and nothing where each has one', () => {
    const times = (count: number) =>
      Array.from({ length: 1000 * count }, (_, index): Row => [`label ${index % 1000}`, 'd']);
    expect(heldIn(splits(times(1), 0.2, 7))).toBe(0);
    expect(Math.abs(heldIn(splits(times(2), 0.2, 7)) - 400)).toBeLessThan(60);
    expect(Math.abs(heldIn(splits(times(3), 0.2, 7)) - 600)).toBeLessThan(60);
  });

  it.each([2, 3, 5])(
    'is about the share of each of %i large domains of a label, in blocks and in any order',
    (domains) => {
      for (let seed = 0; seed < 20; seed++) {
        const blocks = Array.from({ length: 100 * domains }, (_, index): Row => ['a', `d${Math.floor(index / 100)}`]);
        const mixed = [...blocks].sort((a, b) => a[1].localeCompare(b[1]));
        const shuffled = blocks.map((_, index) => blocks[(index * 37) % blocks.length]!);
        for (const own of [blocks, mixed, shuffled]) {
          const all = splits(own, 0.2, seed);
          for (let domain = 0; domain < domains; domain++) {
            const held = heldIn(all.filter((_, index) => own[index]![1] === `d${domain}`));
            expect(Math.abs(held - 20)).toBeLessThanOrEqual(3);
          }
        }
      }
    },
  );

  it('is decided without knowing what comes later', () => {
    fc.assert(
      fc.property(rows, fractions, fc.nat(), fc.nat(200), (own, fraction, seed, count) => {
        expect(splits(own, fraction, seed).slice(0, count)).toEqual(splits(own.slice(0, count), fraction, seed));
      }),
    );
  });

  it('is decided for each label whatever arrives of others between', () => {
    const mixed = oneStratum(100).flatMap((row): Row[] => [['other', 'banking'], row]);
    const own = splits(mixed, 0.2, 7).filter((_, index) => index % 2 === 1);
    expect(own).toEqual(splits(oneStratum(100), 0.2, 7));
  });

  it('goes on from the strata that it is given', () => {
    const first = openStrata([]);
    const options = { fraction: 0.2, seed: 7 };
    for (const [label, domain] of oneStratum(40)) first.assign([label], domain, options);
    const second = openStrata(first.grown());
    expect(Array.from({ length: 20 }, () => second.assign(['balance'], 'banking', options))).toEqual(
      splits(oneStratum(60), 0.2, 7).slice(40),
    );
    expect(second.grown()).toEqual([{ label: 'balance', domain: 'banking', received: 60, held: 12 }]);
  });

  it('is elsewhere for another seed and another label', () => {
    expect(splits(oneStratum(100), 0.2, 8)).not.toEqual(splits(oneStratum(100), 0.2, 7));
    expect(splits(oneStratum(100, 'dining'), 0.2, 7)).not.toEqual(splits(oneStratum(100), 0.2, 7));
  });

  it('is every place of an interval about equally often', () => {
    const held = new Array<number>(5).fill(0);
    for (let seed = 0; seed < 1000; seed++)
      for (const [place, split] of splits(oneStratum(10), 0.2, seed).slice(5).entries())
        if (split === 'holdout') held[place]!++;
    for (const count of held) expect(Math.abs(count - 200)).toBeLessThan(50);
  });

  it('counts an example whose twin has decided, and makes up for it', () => {
    const strata = openStrata([]);
    const options = { fraction: 0.2, seed: 7 };
    for (let index = 0; index < 100; index++) strata.assign(['a'], 'd', { ...options, settled: 'train' });
    expect(strata.grown()[0]).toMatchObject({ received: 100, held: 0 });
    for (let index = 0; index < 100; index++) strata.assign(['a'], 'd', options);
    expect(Math.abs(strata.grown()[0]!.held - 40)).toBeLessThanOrEqual(1);
  });
});

function expectExactShare(own: readonly Row[], fraction: number, seed: number): void {
  const counts = new Map<string, { received: number; held: number }>();
  for (const [index, split] of splits(own, fraction, seed).entries()) {
    const [label] = own[index]!;
    const before = counts.get(label) ?? { received: 0, held: 0 };
    const now = { received: before.received + 1, held: before.held + (split === 'holdout' ? 1 : 0) };
    counts.set(label, now);
    if (Math.abs(now.held - now.received * fraction) > 1 + 1e-9)
      expect.fail(`${now.held} of ${now.received} of ${label} are held out at a fraction of ${fraction}, seed ${seed}`);
  }
}
