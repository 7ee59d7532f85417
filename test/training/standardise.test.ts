import { describe, expect, it } from 'vitest';
import type { Head } from '#espalier/training/job.js';
import { fitStandardisation, type Standardisation, standardise } from '#espalier/training/standardise.js';
import { relativeError } from '../support/dense.js';
import { clusters, dimension, naiveInputs } from '../support/problem.js';

const { vectors } = clusters({ classes: [0, 1, 2], perClass: 40, noise: 1, seed: 1 });

describe('fitStandardisation', () => {
  it('gives the mean of each dimension, and leaves it its spread', () => {
    const { mean, scale } = fitStandardisation(Float32Array.of(1, 10, 3, 50), 2);
    expect([...mean.data]).toEqual([2, 30]);
    expect([...scale.data]).toEqual([1, 1]);
  });

  it('stays exact for values that are large beside their spread', () => {
    const { mean, scale } = fitStandardisation(Float32Array.of(100_000, 100_002), 1);
    expect([mean.data[0], scale.data[0]]).toEqual([100_001, 1]);
  });

  it('keeps a dimension that is constant at first: what varies in it later counts, and no vector grows longer for it', () => {
    const standardisation = fitStandardisation(Float32Array.of(5, 1, 5, 2), 2);
    expect([...standardisation.scale.data]).toEqual([1, 1]);
    const [a, b] = standardise(Float32Array.of(5, 1, 8, 1.5), standardisation);
    expect([a, b]).toEqual([0, -Math.fround(Math.sqrt(2))]);
    const later = standardise(Float32Array.of(8, 1.5), standardisation);
    expect([...later]).toEqual([Math.fround(Math.sqrt(2)), 0]);
  });

  it('of vectors that are all the same gives zeros, not magnified rounding', () => {
    const same = Float32Array.from({ length: 9 }, (_, index) => [0.1, 0.7, -0.3][index % 3]!);
    expect([...standardise(same, fitStandardisation(same, 3))].every((value) => value === 0)).toBe(true);
  });
});

describe('standardise', () => {
  const standardisation = fitStandardisation(vectors, dimension);

  it('gives each vector the length sqrt(d)', () => {
    const inputs = standardise(vectors, standardisation);
    for (let start = 0; start < inputs.length; start += dimension) {
      const squares = inputs.subarray(start, start + dimension).reduce((sum, value) => sum + value * value, 0);
      expect(squares).toBeCloseTo(dimension, 3);
    }
  });

  it('is the plain arithmetic', () => {
    expect(
      relativeError(standardise(vectors, standardisation), naiveInputs(headOf(standardisation), vectors)),
    ).toBeLessThan(1e-6);
  });

  it('leaves what it was given, and gives zeros for the mean itself', () => {
    const mean = Float32Array.from(standardisation.mean.data);
    expect([...standardise(mean, standardisation)]).toEqual(Array(dimension).fill(0));
    expect(mean).toEqual(standardisation.mean.data);
  });
});

function headOf({ mean, scale }: Standardisation): Head {
  return { kind: 'linear', shape: { dimension, lexical: 0, classes: 0 }, tensors: { mean, scale } };
}
