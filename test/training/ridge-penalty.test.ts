/** The choice of lambda, and the leave-one-out scores that it and the temperature rest on, against true refits. */
import { describe, expect, it } from 'vitest';
import type { Batch } from '#espalier/training/job.js';
import { calibrate } from '#espalier/training/ridge/calibration.js';
import { type Factor, factorise } from '#espalier/training/ridge/cholesky.js';
import { openFactorProducts } from '#espalier/training/ridge/factor-products.js';
import { drawFeatures } from '#espalier/training/ridge/features.js';
import { copyRows } from '#espalier/training/ridge/gram.js';
import { columnsOf, leaveOneOutScores } from '#espalier/training/ridge/leave-one-out.js';
import { chooseLambda } from '#espalier/training/ridge/penalty.js';
import { addExamples, emptyStatistics, mapFeatures, type RidgeStatistics } from '#espalier/training/ridge/statistics.js';
import { multiply, relativeError, solveDense, wholeGram, withDiagonal } from '../support/dense.js';
import { clusters, dimension, slice } from '../support/problem.js';

const grid = [100, 300, 1e3, 3e3, 1e4, 3e4, 1e5, 3e5, 1e6, 3e6, 1e7, 3e7, 1e8];
const width = 32;
const classes = 3;

interface Learned {
  readonly statistics: RidgeStatistics;
  /** [n, width] */
  readonly features: Float32Array;
  readonly targets: Int32Array;
}

async function learn({ vectors, targets }: Batch, size = width): Promise<Learned> {
  const drawn = drawFeatures('relu', { dimension, width: size, seed: 7 });
  const input = { inputs: vectors, targets, features: drawn, threads: 1, progress: () => undefined };
  const statistics = await addExamples(emptyStatistics(size, classes), input);
  return { statistics, features: await mapFeatures(vectors, { features: drawn, dimension, threads: 1 }), targets };
}

const learnClusters = (perClass: number, noise: number, seed: number) => learn(clusters({ classes: [0, 1, 2], perClass, noise, seed }));
const sampleOf = ({ features, targets }: Learned) => ({ columns: columnsOf(features, targets.length), targets });

/** The scores of each example by a head that was solved anew without it. [n, classes] */
function refitScores({ statistics, features, targets }: Learned, lambda: number): Float64Array {
  const scores = Array.from(targets, (target, row) => {
    const h = features.subarray(row * width, (row + 1) * width);
    const gram = wholeGram(statistics.gram).map((value, index) => value - h[Math.floor(index / width)]! * h[index % width]!);
    const cross = statistics.cross.map((value, index) => value - (index % classes === target ? h[Math.floor(index / classes)]! : 0));
    return [...multiply(h, solveDense(withDiagonal(gram, width, lambda), cross, width, classes), [1, width, classes])];
  });
  return Float64Array.from(scores.flat());
}

/** Mean negative log-likelihood of the labels, left out one by one, after calibration. */
function refitCost(learned: Learned, lambda: number): number {
  const scores = refitScores(learned, lambda);
  return calibrate(scores, learned, classes).cost;
}

async function choose(learned: Learned, start?: number) {
  const seen: number[] = [];
  const lambda = await chooseLambda(learned.statistics, sampleOf(learned), {
    start,
    threads: 1,
    tried: (count) => seen.push(count),
  });
  return { lambda, seen };
}

describe('leaveOneOutScores', () => {
  it.each([300, 3e4, 3e6])('are those of true refits without each example (lambda %i)', async (lambda) => {
    const learned = await learnClusters(12, 2.5, 4);
    const products = await openFactorProducts('float64', 1);
    const { gram, cross } = learned.statistics;
    const factor = (await factorise(copyRows(gram, width), { size: width, ridge: lambda, products })) as Factor;
    const weight = solveDense(withDiagonal(wholeGram(gram), width, lambda), cross, width, classes);
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

  it.each([300, 250_000, 3e8, 1e15])('ends at the same from wherever it starts (%f)', async (start) => {
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
