import { describe, expect, it } from 'vitest';
import { drawFeatures, type FeatureKind, lowestFeature } from '#espalier/training/ridge/features.js';
import { mapFeatures } from '#espalier/training/ridge/statistics.js';
import { multiply } from '../support/dense.js';
import { clusters, dimension, naiveRelu, roundToEven, slice } from '../support/problem.js';

const width = 48;
const batch = clusters({ classes: [0, 1, 2], perClass: 67, noise: 1, seed: 1 });
const count = batch.targets.length;
const drawn = (kind: FeatureKind) => drawFeatures(kind, { dimension, width, seed: 7 });
const featuresOf = (kind: FeatureKind, vectors = batch.vectors) => mapFeatures(vectors, { features: drawn(kind), dimension, threads: 1 });

describe('relu features', () => {
  it('are clip(round(64 relu(x map)), 0, 255), x in 32nds', async () => {
    const { map } = drawn('relu').tensors;
    expect(Float64Array.from(await featuresOf('relu'), (value) => value + 0)).toEqual(
      naiveRelu(batch.vectors, map!).map((value) => value + 0),
    );
  });
});

describe('fourier features', () => {
  it('are 127 cos(x map + phase), to the rounding', async () => {
    const { map, phase } = drawn('fourier').tensors;
    const rounded = Float64Array.from(batch.vectors, (value) => roundToEven(value * 32) / 32);
    const products = multiply(rounded, map!.data, [count, dimension, width]);
    const found = await featuresOf('fourier');
    const gaps = found.map((value, index) => {
      const angle = products[index]! + (2 * Math.PI * phase!.data[index % width]!) / 1024;
      return Math.abs(value - 127 * Math.cos(angle));
    });
    // Half a step of the circle is 0.39 of the cosine's, rounding 0.5.
    expect(Math.max(...gaps)).toBeLessThan(0.9);
  });

  it('give the Gaussian kernel: half of exp(-|x - y|^2 / 2d)', async () => {
    const features = drawFeatures('fourier', { dimension, width: 4096, seed: 7 });
    const pair = slice(batch, 0, 2).vectors;
    const h = await mapFeatures(pair, { features, dimension, threads: 1 });
    let [inner, distance] = [0, 0];
    for (let index = 0; index < 4096; index++) inner += h[index]! * h[4096 + index]!;
    for (let index = 0; index < dimension; index++) distance += (pair[index]! - pair[dimension + index]!) ** 2;
    expect(inner / 4096 / 127 ** 2).toBeCloseTo(Math.exp(-distance / (2 * dimension)) / 2, 1);
  });
});

describe('no features', () => {
  it('are x in 32nds, clipped at 127', async () => {
    const naive = Float64Array.from(batch.vectors, (value) => Math.max(-127, Math.min(127, roundToEven(value * 32))) + 0);
    expect(Float64Array.from(await featuresOf('none'), (value) => value + 0)).toEqual(naive);
  });
});

describe.each(['relu', 'fourier', 'none'] as const)('%s features', (kind) => {
  it('are whole numbers of at most 255 in size', async () => {
    const h = await featuresOf(
      kind,
      batch.vectors.map((value) => 50 * value),
    );
    expect(h.every((value) => Number.isInteger(value) && value >= lowestFeature(kind) && value <= 255)).toBe(true);
    expect(lowestFeature(kind)).toBeGreaterThanOrEqual(-127);
  });

  it('of an example do not depend on its company', async () => {
    const all = await featuresOf(kind);
    const size = all.length / count;
    for (const row of [0, 1, 77, count - 1]) {
      expect(await featuresOf(kind, slice(batch, row, row + 1).vectors)).toEqual(all.slice(row * size, (row + 1) * size));
    }
  });

  it('follow from the seed', () => {
    expect(drawn(kind)).toEqual(drawn(kind));
  });
});
