import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '#espalier/core/random.js';
import { dot } from '#espalier/core/vectors.js';
import { kMeans } from '#espalier/evaluation/algorithms/k-means.js';
import { nearest, similarities } from '#espalier/evaluation/algorithms/similarity.js';

const unit = (values: ArrayLike<number>) => {
  const length = Math.hypot(...Array.from(values));
  return Float32Array.from(values, (value) => value / length);
};
const random = seededRandom('k-means test');
const around = (axis: number, noise: number) =>
  unit(Array.from({ length: 9 }, (_, index) => (index === axis ? 1 : 0) + noise * random.normal()));

describe('k-means', () => {
  it('finds groups that lie apart', async () => {
    const axes = Array.from({ length: 60 }, (_, index) => index % 4);
    const clusters = await kMeans(
      axes.map((axis) => around(axis, 0.15)),
      4,
      'seed',
    );
    const pairs = new Set(axes.map((axis, index) => `${axis} ${clusters[index]}`));
    expect([pairs.size, new Set(clusters).size]).toEqual([4, 4]);
  });

  it('ends where no vector lies nearer to the mean of another cluster', async () => {
    const vectors = Array.from({ length: 80 }, (_, index) => around(index % 5, 0.5));
    const clusters = await kMeans(vectors, 5, 'seed');
    const means = [0, 1, 2, 3, 4].map((cluster) => {
      const own = vectors.filter((_, index) => clusters[index] === cluster);
      return Float64Array.from(
        { length: 9 },
        (_, axis) => own.reduce((sum, vector) => sum + vector[axis]!, 0) / own.length,
      );
    });
    const distance = (vector: Float32Array, mean: Float64Array) =>
      Math.hypot(...Array.from(vector, (value, axis) => value - mean[axis]!));
    for (const [index, vector] of vectors.entries()) {
      const distances = means.map((mean) => distance(vector, mean));
      expect(distances[clusters[index]!]).toBeLessThan(Math.min(...distances) + 1e-6);
    }
  });

  it('gives the same clusters for the same seed', async () => {
    const vectors = Array.from({ length: 50 }, () => around(0, 2));
    expect(await kMeans(vectors, 6, 'a')).toEqual(await kMeans(vectors, 6, 'a'));
  });

  it('groups 20,000 vectors, whose cosines with each other would take more than a gigabyte', async () => {
    const vectors = Array.from({ length: 20_000 }, (_, index) => around(index % 4, 0.15));
    const clusters = await kMeans(vectors, 4, 'seed');
    expect(new Set(vectors.map((_, index) => `${index % 4} ${clusters[index]}`)).size).toBe(4);
  });

  it('survives vectors that are all the same', async () => {
    const clusters = await kMeans(Array<Float32Array>(10).fill(unit([1, 2, 3])), 3, 'seed');
    expect(clusters).toHaveLength(10);
  });
});

describe('the nearest vectors', () => {
  it('come best first; of equals the earlier one', async () => {
    const pool = [unit([1, 1]), unit([0, 1]), unit([1, 0]), unit([1, 1])];
    const [three, all] = [await nearest([unit([1, 1])], pool, 3), await nearest([unit([1, 1])], pool, 9)];
    expect(three[0]!.map(({ index }) => index)).toEqual([0, 3, 1]);
    expect(all[0]).toHaveLength(4);
  });

  it('are those that sorting all of them gives, for each of many that ask', async () => {
    const pool = Array.from({ length: 40 }, () => around(0, 1));
    const asking = Array.from({ length: 1100 }, () => around(1, 1));
    const found = await nearest(asking, pool, 7);
    expect(found).toHaveLength(asking.length);
    for (const [at, vector] of asking.entries()) {
      const sorted = pool
        .map((one, index) => ({ index, similarity: dot(vector, one) }))
        .sort((a, b) => b.similarity - a.similarity);
      expect(found[at]!.map(({ index }) => index)).toEqual(sorted.slice(0, 7).map(({ index }) => index));
      for (const [place, { similarity }] of found[at]!.entries())
        expect(similarity).toBeCloseTo(sorted[place]!.similarity, 5);
    }
  });

  it('equal vectors are equally similar to the bit, wherever they stand and however many are beside them', async () => {
    const whole = fc.integer({ min: 1, max: 70 });
    await fc.assert(
      fc.asyncProperty(
        whole,
        whole,
        fc.integer({ min: 1, max: 1200 }),
        fc.integer(),
        async (asking, pooled, length, seed) => {
          const drawn = seededRandom('equal vectors', seed);
          const distinct = [0, 1, 2].map(() => unit(Array.from({ length }, () => drawn.normal())));
          const pick = (count: number) => Array.from({ length: count }, () => drawn.integer(3));
          const [rows, columns] = [pick(asking), pick(pooled)];
          const vectorsOf = (numbers: readonly number[]) => numbers.map((number) => distinct[number]!);
          const known = new Map<string, number>();
          for (const [row, cosines] of (await similarities(vectorsOf(rows), vectorsOf(columns))).entries()) {
            for (const [column, cosine] of cosines.entries()) {
              const pair = `${rows[row]} ${columns[column]}`;
              expect(cosine).toBe(known.get(pair) ?? cosine);
              known.set(pair, cosine);
            }
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('a cosine is the sum of products, whatever the length', () => {
    for (const length of [1, 3, 4, 7, 1029]) {
      const [a, b] = [0, 1].map(() => Float32Array.from({ length }, () => random.normal()));
      expect(dot(a!, b!)).toBeCloseTo(
        a!.reduce((sum, value, index) => sum + value * b![index]!, 0),
        3,
      );
    }
  });
});
