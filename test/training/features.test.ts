import { describe, expect, it } from 'vitest';
import { drawFeatures, type FeatureKind, lowestFeature } from '#espalier/training/ridge/features.js';
import { weightStep } from '#espalier/training/ridge/random-features.js';
import { mapFeatures } from '#espalier/training/ridge/statistics.js';
import { multiply } from '../support/dense.js';
import { clusters, dimension, naiveRelu, roundToEven, slice } from '../support/problem.js';

const width = 48;
const batch = clusters({ classes: [0, 1, 2], perClass: 67, noise: 1, seed: 1 });
const count = batch.targets.length;
const drawn = (kind: FeatureKind) => drawFeatures(kind, { dimension, width, seed: 7 });
const featuresOf = (kind: FeatureKind, vectors = batch.vectors) =>
  mapFeatures(vectors, { features: drawn(kind), dimension, threads: 1 });

describe('relu features', () => {
  const { map } = drawn('relu').tensors;
  const positiveZero = (values: ArrayLike<number>) => Float64Array.from(values, (value) => value + 0);

  it.each([1, 50])(
    'are clip(round(32 relu(x map)), 0, 127), x in 16ths, clipped at 8 (x %i times as long)',
    async (factor) => {
      const vectors = batch.vectors.map((value) => factor * value);
      expect(positiveZero(await featuresOf('relu', vectors))).toEqual(positiveZero(naiveRelu(vectors, map!)));
    },
  );

  it('are exact where every product is as large as can be', async () => {
    const most = { dims: [dimension, width], data: new Int8Array(dimension * width).fill(63) };
    // As unsigned bytes 255 and 0; the last one, 64, leaves something over.
    const vectors = Float32Array.from({ length: dimension }, (_, index) => (index % 2 === 0 ? 100 : -100));
    vectors[dimension - 1] = -4;
    const h = await mapFeatures(vectors, { features: { kind: 'relu', tensors: { map: most } }, dimension, threads: 1 });
    const exact = naiveRelu(vectors, most);
    expect(exact[0]).toBeGreaterThan(0);
    expect(exact[0]).toBeLessThan(127);
    expect([...h]).toEqual([...exact]);
  });
});

describe('fourier features', () => {
  it('are 63 cos(x map + phase), to the rounding', async () => {
    const { map, phase } = drawn('fourier').tensors;
    const rounded = Float64Array.from(batch.vectors, (value) => roundToEven(value * 16) / 16);
    const products = multiply(rounded, map!.data, [count, dimension, width]);
    const found = await featuresOf('fourier');
    const gaps = found.map((value, index) => {
      const angle = products[index]! * weightStep(dimension) + (2 * Math.PI * phase!.data[index % width]!) / 1024;
      return Math.abs(value - 63 * Math.cos(angle));
    });
    // Half a step of the circle is 0.19 of the cosine's, rounding 0.5.
    expect(Math.max(...gaps)).toBeLessThan(0.7);
  });

  it('give the Gaussian kernel: half of exp(-|x - y|^2 / 2d)', async () => {
    const features = drawFeatures('fourier', { dimension, width: 4096, seed: 7 });
    const pair = slice(batch, 0, 2).vectors;
    const h = await mapFeatures(pair, { features, dimension, threads: 1 });
    let [inner, distance] = [0, 0];
    for (let index = 0; index < 4096; index++) inner += h[index]! * h[4096 + index]!;
    for (let index = 0; index < dimension; index++) distance += (pair[index]! - pair[dimension + index]!) ** 2;
    expect(inner / 4096 / 63 ** 2).toBeCloseTo(Math.exp(-distance / (2 * dimension)) / 2, 1);
  });
});

describe('no features', () => {
  it('are x in 16ths, clipped at 63', async () => {
    const naive = Float64Array.from(batch.vectors, (value) => Math.max(-63, Math.min(63, roundToEven(value * 16))) + 0);
    expect(Float64Array.from(await featuresOf('none'), (value) => value + 0)).toEqual(naive);
  });
});

describe.each(['relu', 'fourier', 'none'] as const)('%s features', (kind) => {
  it('are whole numbers of at most 127 in size, of at most 63 where they have a sign', async () => {
    const h = await featuresOf(
      kind,
      batch.vectors.map((value) => 50 * value),
    );
    expect(
      h.every(
        (value) => Number.isInteger(value) && value >= lowestFeature(kind) && value <= (kind === 'relu' ? 127 : 63),
      ),
    ).toBe(true);
    expect(lowestFeature(kind)).toBe(kind === 'relu' ? 0 : -63);
  });

  it('of an example do not depend on its company', async () => {
    const all = await featuresOf(kind);
    const size = all.length / count;
    for (const row of [0, 1, 77, count - 1]) {
      expect(await featuresOf(kind, slice(batch, row, row + 1).vectors)).toEqual(
        all.slice(row * size, (row + 1) * size),
      );
    }
  });

  it('follow from the seed', () => {
    expect(drawn(kind)).toEqual(drawn(kind));
  });
});
