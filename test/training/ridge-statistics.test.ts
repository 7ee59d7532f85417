import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom, shuffled } from '#espalier/core/random.js';
import type { LabelledVectors } from '#espalier/training/job.js';
import { drawFeatures, type FeatureKind, type Features } from '#espalier/training/ridge/features.js';
import {
  addExamples,
  emptyStatistics,
  holdsStatistics,
  mapFeatures,
  packStatistics,
  type RidgeStatistics,
  removeExamples,
  unpackStatistics,
  withClasses,
} from '#espalier/training/ridge/statistics.js';
import { multiply, transpose, wholeGram } from '../support/dense.js';
import { clusters, dimension, join, slice } from '../support/problem.js';

const width = 24;
const classes = 3;
const kinds: readonly FeatureKind[] = ['relu', 'fourier', 'none'];
const drawn = drawFeatures('relu', { dimension, width, seed: 7 });
/** More than go through the native graph at once. */
const batch = clusters({ classes: [0, 1, 2], perClass: 500, noise: 1, seed: 1 });
const ignore = () => undefined;

const inputOf = (
  { vectors, targets }: LabelledVectors,
  features: Features,
  progress: (done: number, total: number) => void = ignore,
) => ({
  inputs: vectors,
  targets,
  features,
  threads: 1,
  progress,
});
const add = (statistics: RidgeStatistics, examples: LabelledVectors, features = drawn) =>
  addExamples(statistics, inputOf(examples, features));
const remove = (statistics: RidgeStatistics, examples: LabelledVectors, features = drawn) =>
  removeExamples(statistics, inputOf(examples, features));
const statisticsOf = (examples: LabelledVectors, features = drawn) =>
  add(emptyStatistics(features.kind === 'none' ? dimension : width, classes), examples, features);

function inOrder({ vectors, targets, ids }: LabelledVectors, rows: readonly number[]): LabelledVectors {
  return {
    vectors: Float32Array.from(rows.flatMap((row) => [...vectors.subarray(row * dimension, (row + 1) * dimension)])),
    targets: Int32Array.from(rows, (row) => targets[row]!),
    ids: Int32Array.from(rows, (row) => ids[row]!),
  };
}

const mixed = (examples: LabelledVectors, seed: number) =>
  inOrder(examples, shuffled([...examples.targets.keys()], seededRandom(seed)));

describe.each(kinds)('the statistics of %s features', (kind) => {
  const features = drawFeatures(kind, { dimension, width, seed: 7 });

  it('are the sums of h h^T and h y^T, exactly, and the count', async () => {
    const { gram, cross, count } = await statisticsOf(batch, features);
    const h = await mapFeatures(batch.vectors, { features, dimension, threads: 1 });
    const size = h.length / 1500;
    const turned = transpose(h, 1500, size);
    const oneHot = Float64Array.from({ length: 1500 * classes }, (_, index) =>
      batch.targets[Math.floor(index / classes)] === index % classes ? 1 : 0,
    );
    expect(count).toBe(1500);
    expect(wholeGram(gram)).toEqual(multiply(turned, h, [size, 1500, size]));
    expect(cross).toEqual(multiply(turned, oneHot, [size, 1500, classes]));
  });

  it('are the same bits in any order, in any slicing, with any number of threads', async () => {
    const whole = await statisticsOf(batch, features);
    expect(await statisticsOf(mixed(batch, 1), features)).toEqual(whole);
    let parts = emptyStatistics(whole.width, classes);
    for (const [start, end] of [
      [0, 1],
      [1, 3],
      [3, 700],
      [700, 1500],
    ] as const)
      parts = await add(parts, slice(batch, start, end), features);
    expect(parts).toEqual(whole);
    expect(
      await addExamples(emptyStatistics(whole.width, classes), { ...inputOf(batch, features), threads: 2 }),
    ).toEqual(whole);
  });

  it('after examples are taken out, in another order and slicing, are the bits of never having had them', async () => {
    const [kept, gone] = [slice(batch, 0, 400), mixed(slice(batch, 400, 1500), 2)];
    const all = await statisticsOf(batch, features);
    const rest = await remove(await remove(all, slice(gone, 0, 333), features), slice(gone, 333, 1100), features);
    expect(rest).toEqual(await statisticsOf(kept, features));
  });
});

describe('the statistics', () => {
  it('of any examples, added and taken out in any order, are those of what is left', async () => {
    const few = slice(batch, 0, 40);
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.nat(39), { minLength: 1, maxLength: 39 }), fc.nat(), async (rows, seed) => {
        const [gone, left] = [
          inOrder(few, rows),
          inOrder(
            few,
            [...few.targets.keys()].filter((row) => !rows.includes(row)),
          ),
        ];
        const all = await statisticsOf(mixed(join(left, gone), seed));
        expect(await remove(all, gone)).toEqual(await statisticsOf(left));
      }),
      { numRuns: 20 },
    );
  });

  it('refuse to give back what they do not hold', async () => {
    await expect(remove(await statisticsOf(slice(batch, 0, 5)), slice(batch, 5, 20))).rejects.toThrow(
      'not in the statistics',
    );
  });

  it.each(kinds)(
    'refuse examples that were never added where only products or classes tell (%s features)',
    async (kind) => {
      const features = drawFeatures(kind, { dimension, width, seed: 7 });
      const own = slice(batch, 0, 60);
      const all = await statisticsOf(own, features);
      // One of the examples under a label that it never had: no square shows it.
      const other = slice(own, 0, 1);
      const renamed = { ...other, targets: other.targets.map((target) => (target + 1) % classes) };
      const onlyFirst = await statisticsOf(other, features);
      await expect(remove(onlyFirst, renamed, features)).rejects.toThrow('not in the statistics');
      // A fainter relative of an example has smaller squares than the sums, and other products.
      const strange = { ...slice(batch, 700, 701), vectors: slice(batch, 700, 701).vectors.map((value) => value / 2) };
      const few = await statisticsOf(slice(own, 0, 2), features);
      await expect(remove(await remove(few, slice(own, 0, 1), features), strange, features)).rejects.toThrow(
        'not in the statistics',
      );
      expect((await remove(all, slice(own, 0, 59), features)).count).toBe(1);
    },
  );

  it('given a mean do not depend on the order of updates: one sum for P then Q, Q then P, and both at once', async () => {
    const [p, q] = [slice(batch, 0, 200), slice(batch, 200, 350)];
    const both = packStatistics(await statisticsOf(join(p, q)));
    expect(packStatistics(await add(await statisticsOf(p), q))).toEqual(both);
    expect(packStatistics(await add(await statisticsOf(q), p))).toEqual(both);
  });

  it('stay as they are when nothing is added', async () => {
    const statistics = await statisticsOf(slice(batch, 0, 10));
    expect(await add(statistics, slice(batch, 0, 0))).toEqual(statistics);
  });

  it('go over to float64 where int32 is too small, and back', async () => {
    const near = emptyStatistics(width, classes);
    near.gram.data.fill(2 ** 31 - 5);
    const over = await add(near, slice(batch, 0, 20));
    expect(over.gram.data).toBeInstanceOf(Float64Array);
    expect(Math.max(...over.gram.data)).toBeGreaterThan(2 ** 31);
    const back = await remove(over, slice(batch, 0, 20));
    expect(back.gram.data).toEqual(new Int32Array(near.gram.data.length).fill(2 ** 31 - 5));
  });

  it('report progress up to all examples', async () => {
    const seen: [number, number][] = [];
    await addExamples(
      emptyStatistics(width, classes),
      inputOf(batch, drawn, (done, total) => seen.push([done, total])),
    );
    expect(seen).toEqual([
      [1024, 1500],
      [1500, 1500],
    ]);
  });

  it('of more features than a panel has rows are whole', async () => {
    const wide = drawFeatures('relu', { dimension, width: 600, seed: 7 });
    const examples = slice(batch, 0, 30);
    const { gram } = await add(emptyStatistics(600, classes), examples, wide);
    const h = await mapFeatures(examples.vectors, { features: wide, dimension, threads: 1 });
    expect(wholeGram(gram)).toEqual(multiply(transpose(h, 30, 600), h, [600, 30, 600]));
  });
});

describe('withClasses', () => {
  it('makes room for more classes at the end and moves nothing', async () => {
    const before = await statisticsOf(batch);
    const after = withClasses(before, 5);
    expect(after).toMatchObject({ classes: 5, count: 1500, gram: before.gram });
    for (let row = 0; row < width; row++) {
      expect([...after.cross.subarray(row * 5, row * 5 + 5)]).toEqual([
        ...before.cross.subarray(row * 3, row * 3 + 3),
        0,
        0,
      ]);
    }
  });
});

describe('packing', () => {
  it('is exact: what is unpacked is what was packed, bit for bit', async () => {
    const statistics = await statisticsOf(batch);
    expect(unpackStatistics(packStatistics(statistics))).toEqual(statistics);
  });

  it('takes 4 bytes a number while they fit, 8 where they do not', async () => {
    const statistics = await statisticsOf(batch);
    const packed = packStatistics(statistics);
    expect(packed['statistics.gram']!.data).toBeInstanceOf(Int32Array);
    expect(packed['statistics.cross']!.data).toBeInstanceOf(Int32Array);
    statistics.cross[0] = 2 ** 40;
    const large = packStatistics(statistics);
    expect(large['statistics.cross']!.data).toBeInstanceOf(Float64Array);
    expect(unpackStatistics(large)).toEqual(statistics);
  });

  it('keeps little more than half of the Gram matrix', () => {
    const { data } = packStatistics(emptyStatistics(4096, classes))['statistics.gram']!;
    expect(data.byteLength / (4096 * 4096 * 4)).toBeLessThan(0.54);
  });

  it('shares nothing with what is unpacked: adding to that leaves the parent as it was', async () => {
    const packed = packStatistics(await statisticsOf(slice(batch, 0, 100)));
    const before = structuredClone(packed);
    await add(unpackStatistics(packed)!, slice(batch, 100, 200));
    expect(packed).toEqual(before);
  });

  it('tells a state of this width from others, also from one of an earlier layout', async () => {
    const packed = packStatistics(await statisticsOf(slice(batch, 0, 10)));
    expect(holdsStatistics(packed, width)).toBe(true);
    expect(holdsStatistics(packed, 2 * width)).toBe(false);
    expect(holdsStatistics({}, width)).toBe(false);
    const triangle = { dims: [(width * (width + 1)) / 2], data: new Float64Array((width * (width + 1)) / 2) };
    expect(holdsStatistics({ ...packed, 'statistics.gram': triangle }, width)).toBe(false);
  });

  it('gives undefined where a state holds no statistics', () => {
    expect(unpackStatistics({})).toBeUndefined();
  });
});
