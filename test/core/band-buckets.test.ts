/** Pairs of texts that share a band, and groups of connected numbers, held to the definition. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BandBuckets } from '#espalier/core/band-buckets.js';
import { DisjointSets } from '#espalier/core/disjoint-sets.js';

const bands = 3;
/** Few hashes, so that many meet; some texts have none. */
const texts = fc.array(
  fc.oneof(fc.constant([]), fc.array(fc.integer({ min: -4, max: 4 }), { minLength: bands, maxLength: bands })),
  { maxLength: 30 },
);

function filled(hashes: readonly (readonly number[])[]): BandBuckets {
  const buckets = new BandBuckets(bands);
  for (const text of hashes) buckets.add(Int32Array.from(text));
  return buckets;
}

function visited(buckets: BandBuckets): string[] {
  const pairs: string[] = [];
  for (let band = 0; band < bands; band++) buckets.visitPairs(band, (one, other) => pairs.push(`${one} ${other}`));
  return pairs;
}

describe('buckets of bands', () => {
  it('visit every pair that shares a band, once, the earlier text first', () => {
    fc.assert(
      fc.property(texts, (hashes) => {
        const expected: string[] = [];
        for (const [later, text] of hashes.entries())
          for (let earlier = 0; earlier < later; earlier++)
            if (text.some((hash, band) => hash === hashes[earlier]![band])) expected.push(`${earlier} ${later}`);
        const buckets = filled(hashes);
        expect(visited(buckets).sort()).toEqual(expected.sort());
        const shared = new Set(expected.flatMap((pair) => pair.split(' ').map(Number)));
        expect(buckets.shared()).toEqual([...shared].sort((a, b) => a - b));
      }),
    );
  });

  it('pair each of many equal texts with the 32 before it only', () => {
    const buckets = filled(Array.from({ length: 5000 }, () => [1, 2, 3]));
    expect(buckets.count).toBe(5000);
    const pairs = visited(buckets);
    expect(pairs).toHaveLength(32 * 5000 - (32 * 33) / 2);
    expect(pairs.filter((pair) => pair.endsWith(' 4999'))).toHaveLength(32);
  });
});

describe('disjoint sets', () => {
  it('are the connected components', () => {
    const edges = fc.array(fc.tuple(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 12 })));
    fc.assert(
      fc.property(edges, (pairs) => {
        const sets = new DisjointSets();
        for (const [one, other] of pairs) sets.connect(one, other);
        const reached = (from: number) => {
          const seen = new Set([from]);
          for (let before = 0; before < seen.size; ) {
            before = seen.size;
            for (const [one, other] of pairs) if (seen.has(one) || seen.has(other)) seen.add(one).add(other);
          }
          return [...seen].sort((a, b) => a - b);
        };
        const expected = Array.from({ length: 13 }, (_, number) => reached(number)).filter(
          (group, number) => group.length > 1 && group[0] === number,
        );
        expect(sets.groups().sort((a, b) => a[0]! - b[0]!)).toEqual(expected);
        for (const [one, other] of pairs) expect(sets.areConnected(one, other)).toBe(true);
      }),
    );
  });
});
