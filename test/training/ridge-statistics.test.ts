import { describe, expect, it } from 'vitest';
import { seededRandom, shuffled } from '#espalier/core/random.js';
import type { Batch } from '#espalier/training/job.js';
import { drawRandomFeatures } from '#espalier/training/ridge/random-features.js';
import {
  addExamples,
  emptyStatistics,
  mapFeatures,
  packStatistics,
  type RidgeStatistics,
  unpackStatistics,
  withClasses,
} from '#espalier/training/ridge/statistics.js';
import { multiply, relativeError, transpose } from '../support/dense.js';
import { clusters, dimension, slice } from '../support/problem.js';

const width = 24;
const classes = 3;
const map = drawRandomFeatures(dimension, width, 7);
/** More than go through the native graph at once. */
const batch = clusters({ classes: [0, 1, 2], perClass: 500, noise: 1, seed: 1 });

function add(statistics: RidgeStatistics, { vectors, targets }: Batch, progress: (done: number, total: number) => void = () => undefined) {
  return addExamples(statistics, { inputs: vectors, targets, map, threads: 1, progress });
}

const statisticsOf = (examples: Batch) => add(emptyStatistics(width, classes), examples);

describe('the features', () => {
  it('are relu(x map)', async () => {
    const naive = multiply(batch.vectors, map.data, [1500, dimension, width]).map((value) => Math.max(0, value));
    expect(relativeError(await mapFeatures(batch.vectors, map, 1), naive)).toBeLessThan(1e-6);
  });
});

describe('the statistics', () => {
  it('are the sums of h h^T and h y^T, and the count', async () => {
    const { gram, cross, count } = await statisticsOf(batch);
    const features = multiply(batch.vectors, map.data, [1500, dimension, width]).map((value) => Math.max(0, value));
    const turned = transpose(features, 1500, width);
    const oneHot = Float64Array.from({ length: 1500 * classes }, (_, index) =>
      batch.targets[Math.floor(index / classes)] === index % classes ? 1 : 0,
    );
    expect(count).toBe(1500);
    expect(relativeError(gram, multiply(turned, features, [width, 1500, width]))).toBeLessThan(1e-6);
    expect(relativeError(cross, multiply(turned, oneHot, [width, 1500, classes]))).toBeLessThan(1e-6);
  });

  it('do not depend on the order of the examples', async () => {
    const rows = shuffled([...batch.targets.keys()], seededRandom(1));
    const mixed: Batch = {
      vectors: Float32Array.from(rows.flatMap((row) => [...batch.vectors.subarray(row * dimension, (row + 1) * dimension)])),
      targets: Int32Array.from(rows, (row) => batch.targets[row]!),
      ids: Int32Array.from(rows),
    };
    const [one, other] = [await statisticsOf(batch), await statisticsOf(mixed)];
    expect(relativeError(other.gram, one.gram)).toBeLessThan(1e-6);
    expect(relativeError(other.cross, one.cross)).toBeLessThan(1e-6);
  });

  it.each([1, 700, 1024])('of two updates (the first of %i examples) equal those of one', async (cut) => {
    const [whole, first] = [await statisticsOf(batch), await statisticsOf(slice(batch, 0, cut))];
    const both = await add(first, slice(batch, cut, 1500));
    expect(both.count).toBe(1500);
    expect(relativeError(both.gram, whole.gram)).toBeLessThan(1e-6);
    expect(relativeError(both.cross, whole.cross)).toBeLessThan(1e-6);
  });

  it('have the same bits when they are made again', async () => {
    expect(await statisticsOf(batch)).toEqual(await statisticsOf(batch));
  });

  it('report progress up to all examples', async () => {
    const seen: [number, number][] = [];
    await add(emptyStatistics(width, classes), batch, (done, total) => seen.push([done, total]));
    expect(seen).toEqual([
      [1024, 1500],
      [1500, 1500],
    ]);
  });
});

describe('withClasses', () => {
  it('makes room for more classes at the end and moves nothing', async () => {
    const before = await statisticsOf(batch);
    const after = withClasses(before, 5);
    expect(after).toMatchObject({ classes: 5, count: 1500, gram: before.gram });
    for (let row = 0; row < width; row++) {
      expect([...after.cross.subarray(row * 5, row * 5 + 5)]).toEqual([...before.cross.subarray(row * 3, row * 3 + 3), 0, 0]);
    }
  });
});

describe('packing', () => {
  it('is exact: what is unpacked is what was packed, bit for bit', async () => {
    const statistics = await statisticsOf(batch);
    expect(unpackStatistics(packStatistics(statistics))).toEqual(statistics);
  });

  it('keeps half of the Gram matrix', () => {
    const packed = packStatistics(emptyStatistics(width, classes));
    expect(packed['statistics.gram']!.data).toHaveLength((width * (width + 1)) / 2);
  });

  it('shares nothing with what is unpacked: adding to that leaves the parent as it was', async () => {
    const packed = packStatistics(await statisticsOf(slice(batch, 0, 100)));
    const before = structuredClone(packed);
    await add(unpackStatistics(packed)!, slice(batch, 100, 200));
    expect(packed).toEqual(before);
  });

  it('gives undefined where a state holds no statistics', () => {
    expect(unpackStatistics({})).toBeUndefined();
  });
});
