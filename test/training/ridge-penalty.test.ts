/** The choice of lambda, and the leave-one-out scores that it and the temperature rest on, against true refits. */
import { describe, expect, it } from 'vitest';
import type { Batch } from '#espalier/training/job.js';
import { openProducts } from '#espalier/training/native.js';
import { fitTemperature, negativeLogLikelihood } from '#espalier/training/ridge/calibration.js';
import { type Factor, factorise } from '#espalier/training/ridge/cholesky.js';
import { columnsOf, leaveOneOutScores } from '#espalier/training/ridge/leave-one-out.js';
import { chooseLambda } from '#espalier/training/ridge/penalty.js';
import { drawRandomFeatures } from '#espalier/training/ridge/random-features.js';
import { addExamples, emptyStatistics, mapFeatures, type RidgeStatistics } from '#espalier/training/ridge/statistics.js';
import { multiply, relativeError, solveDense, withDiagonal } from '../support/dense.js';
import { clusters, dimension, slice } from '../support/problem.js';

const grid = [0.1, 0.316, 1, 3.16, 10, 31.6, 100, 316, 1000, 3160, 10000, 31600];
const width = 32;
const classes = 3;

interface Learned {
  readonly statistics: RidgeStatistics;
  /** [n, width] */
  readonly features: Float32Array;
  readonly targets: Int32Array;
}

async function learn({ vectors, targets }: Batch, size = width): Promise<Learned> {
  const map = drawRandomFeatures(dimension, size, 7);
  const input = { inputs: vectors, targets, map, threads: 1, progress: () => undefined };
  return { statistics: await addExamples(emptyStatistics(size, classes), input), features: await mapFeatures(vectors, map, 1), targets };
}

const learnClusters = (perClass: number, noise: number, seed: number) => learn(clusters({ classes: [0, 1, 2], perClass, noise, seed }));
const sampleOf = ({ features, targets }: Learned) => ({ columns: columnsOf(features, targets.length), targets });

/** The scores of each example by a head that was solved anew without it. [n, classes] */
function refitScores({ statistics, features, targets }: Learned, lambda: number): Float64Array {
  const scores = Array.from(targets, (target, row) => {
    const h = features.subarray(row * width, (row + 1) * width);
    const gram = statistics.gram.map((value, index) => value - h[Math.floor(index / width)]! * h[index % width]!);
    const cross = statistics.cross.map((value, index) => value - (index % classes === target ? h[Math.floor(index / classes)]! : 0));
    return [...multiply(h, solveDense(withDiagonal(gram, width, lambda), cross, width, classes), [1, width, classes])];
  });
  return Float64Array.from(scores.flat());
}

/** Mean negative log-likelihood of the labels, left out one by one, after calibration. */
function refitCost(learned: Learned, lambda: number): number {
  const scores = refitScores(learned, lambda);
  return negativeLogLikelihood(scores, learned.targets, classes, fitTemperature(scores, learned.targets, classes));
}

async function choose(learned: Learned, start?: number) {
  const seen: number[] = [];
  const { lambda } = await chooseLambda(learned.statistics, {
    start,
    sample: sampleOf(learned),
    threads: 1,
    tried: (count) => seen.push(count),
  });
  return { lambda, seen };
}

describe('leaveOneOutScores', () => {
  it.each([0.1, 10, 1000])('are those of true refits without each example (lambda %f)', async (lambda) => {
    const learned = await learnClusters(12, 2.5, 4);
    const products = await openProducts('float64', 1);
    const makeArray = (length: number) => new Float64Array(length);
    const { gram, cross } = learned.statistics;
    const factor = (await factorise(gram, { size: width, ridge: lambda, products, makeArray })) as Factor;
    const weight = solveDense(withDiagonal(gram, width, lambda), cross, width, classes);
    const sample = { columns: Float64Array.from(columnsOf(learned.features, 36)), targets: learned.targets };
    const scores = await leaveOneOutScores(factor, weight, sample, classes);
    await products.close();
    expect(relativeError(scores, refitScores(learned, lambda))).toBeLessThan(1e-4);
  });
});

describe('chooseLambda', () => {
  const problems = [
    [30, 1.2, 1],
    [30, 2, 2],
    [30, 5, 3],
    [12, 3, 4],
  ] as const;

  it.each(problems)(
    'takes the lambda under which true refits give the labels the highest likelihood (%i a class, noise %f)',
    async (...problem) => {
      const learned = await learnClusters(...problem);
      const costs = grid.map((lambda) => refitCost(learned, lambda));
      expect((await choose(learned)).lambda).toBe(grid[costs.indexOf(Math.min(...costs))]);
    },
  );

  it('shrinks more where there is more noise: the problems above do not all have one answer', async () => {
    const chosen = await Promise.all(
      problems.map(async ([perClass, noise, seed]) => (await choose(await learnClusters(perClass, noise, seed))).lambda),
    );
    expect(new Set(chosen).size).toBeGreaterThan(1);
  });

  it('tries the start and its two neighbours where it starts at the answer', async () => {
    const learned = await learnClusters(30, 2, 2);
    const { lambda } = await choose(learned);
    expect((await choose(learned, lambda)).seen).toEqual([1, 2, 3]);
  });

  it.each([0.1, 250, 31_600, 1e9])('ends at the same from wherever it starts (%f)', async (start) => {
    const learned = await learnClusters(30, 2, 2);
    expect((await choose(learned, start)).lambda).toBe((await choose(learned)).lambda);
  });

  it.each([1, 2, 3, 5])('ends, with a value of the grid, for %i examples and a map that is far wider', async (count) => {
    for (let seed = 0; seed < 10; seed++) {
      const batch = slice(clusters({ classes: [0, 1], perClass: 3, noise: 1, seed }), 0, count);
      const learned = await learn({ ...batch, vectors: batch.vectors.map((value) => 20 * value) }, 256);
      expect(grid).toContain((await choose(learned)).lambda);
    }
  });
});
