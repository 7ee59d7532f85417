import { describe, expect, it } from 'vitest';
import { seededRandom } from '#espalier/core/random.js';
import { dot, unitLength } from '#espalier/core/vectors.js';
import { takeWithin } from '#espalier/replay/budget.js';
import { farthestFirst } from '#espalier/replay/farthest-first.js';
import { kCentre } from '#espalier/replay/policies/k-centre.js';
import type { Offer } from '#espalier/replay/policy.js';

function cloud(count: number, seed: string): Float32Array[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => Float32Array.from({ length: 8 }, () => random.normal()));
}

/** The order by definition: one centre at a time, every distance computed. */
function traverseSlowly(vectors: readonly Float32Array[], count: number): number[] {
  const rows = vectors.map(unitLength);
  const centres = [0];
  const nearness = (row: number) => Math.max(...centres.map((centre) => dot(rows[row]!, rows[centre]!)));
  while (centres.length < count) {
    const others = [...rows.keys()].filter((row) => !centres.includes(row));
    centres.push(others.reduce((far, row) => (nearness(row) < nearness(far) ? row : far)));
  }
  return centres;
}

const radiusOf = (vectors: readonly Float32Array[], centres: readonly number[]) => {
  const rows = vectors.map(unitLength);
  return Math.max(...rows.map((row) => Math.min(...centres.map((centre) => 1 - dot(row, rows[centre]!)))));
};

describe('the farthest-first traversal', () => {
  it('takes at each step the row that is farthest from all before it, over several batches of products', async () => {
    const vectors = cloud(600, 'traversal');
    expect(await farthestFirst(vectors, 200)).toEqual(traverseSlowly(vectors, 200));
  });

  it('covers better than samples of the same size', async () => {
    const vectors = cloud(400, 'cover');
    const radius = radiusOf(vectors, await farthestFirst(vectors, 20));
    const random = seededRandom('samples');
    for (let round = 0; round < 20; round++)
      expect(radius).toBeLessThan(
        radiusOf(
          vectors,
          Array.from({ length: 20 }, () => random.integer(400)),
        ),
      );
  });

  it('gives each row once, also where rows are equal or zero, and all rows where more are wanted', async () => {
    const same = Array.from({ length: 150 }, (_, index) => new Float32Array(4).fill(index < 100 ? 1 : 0));
    const order = await farthestFirst(same, 1000);
    expect(new Set(order).size).toBe(150);
    expect(order).toHaveLength(150);
    expect(await farthestFirst([], 5)).toEqual([]);
  });
});

describe('k-centre', () => {
  const offers = cloud(60, 'offers').map((vector, index): Offer => {
    const names = { label: 'a', shown: 'a', domain: 'x', source: 's', receivedAt: '2026-01-01T00:00:00.000Z' };
    return { exampleId: index, hash: `hash ${index}`, ...names, bytes: 1 + (index % 9), vector };
  });

  it('fills a budget in bytes in the order of the traversal', async () => {
    const order = (await kCentre.choose({ offers, budget: { examples: 60 }, seed: 7 })).members;
    const held = (await kCentre.choose({ offers, budget: { bytes: 60 }, seed: 7 })).members;
    expect(held.length).toBeGreaterThan(5);
    expect(held).toEqual(takeWithin(order, { bytes: 60 }));
  });
});
