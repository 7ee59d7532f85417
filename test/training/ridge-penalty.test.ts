/** The choice of lambda, and the left-out scores that it and the temperature rest on, against true refits. */
import { describe, expect, it } from 'vitest';
import type { LabelledVectors } from '#espalier/training/job.js';
import { calibrate } from '#espalier/training/ridge/calibration.js';
import { type Factor, factorise } from '#espalier/training/ridge/cholesky.js';
import { openFactorProducts } from '#espalier/training/ridge/factor-products.js';
import { drawFeatures } from '#espalier/training/ridge/features.js';
import { copyRows } from '#espalier/training/ridge/gram.js';
import { type Groups, singles } from '#espalier/training/ridge/groups.js';
import { lambdaGrid as grid, searchLambda } from '#espalier/training/ridge/lambda-search.js';
import { columnsOf, leaveGroupsOut } from '#espalier/training/ridge/leave-groups-out.js';
import { chooseLambda } from '#espalier/training/ridge/penalty.js';
import {
  addExamples,
  emptyStatistics,
  mapFeatures,
  type RidgeStatistics,
} from '#espalier/training/ridge/statistics.js';
import { multiply, relativeError, solveDense, wholeGram, withDiagonal } from '../support/dense.js';
import { clusters, dimension, slice } from '../support/problem.js';

const width = 32;
const classes = 3;

interface Learned {
  readonly statistics: RidgeStatistics;
  /** [n, width] */
  readonly features: Float32Array;
  readonly targets: Int32Array;
}

async function learn({ vectors, targets }: LabelledVectors, size = width): Promise<Learned> {
  const drawn = drawFeatures('relu', { dimension, width: size, seed: 7 });
  const input = { inputs: vectors, targets, features: drawn, threads: 1, progress: () => undefined };
  const statistics = await addExamples(emptyStatistics(size, classes), input);
  return { statistics, features: await mapFeatures(vectors, { features: drawn, dimension, threads: 1 }), targets };
}

const learnClusters = (perClass: number, noise: number, seed: number) =>
  learn(clusters({ classes: [0, 1, 2], perClass, noise, seed }));
const sampleOf = ({ features, targets }: Learned, groups: Groups = singles(targets.length)) => ({
  columns: columnsOf(features, targets.length),
  targets,
  groups,
});

/** The scores of each example by a head that was solved anew without its group. [n, classes] */
function refitScores(
  { statistics, features, targets }: Learned,
  lambda: number,
  groups: Groups = singles(targets.length),
): Float64Array {
  const scores = new Float64Array(targets.length * classes);
  for (const group of groups) {
    const [gram, cross] = [wholeGram(statistics.gram), statistics.cross.slice()];
    for (const row of group) {
      const h = features.subarray(row * width, (row + 1) * width);
      for (let index = 0; index < gram.length; index++)
        gram[index]! -= h[Math.floor(index / width)]! * h[index % width]!;
      for (let index = 0; index < width; index++) cross[index * classes + targets[row]!]! -= h[index]!;
    }
    const weight = solveDense(withDiagonal(gram, width, lambda), cross, width, classes);
    for (const row of group)
      scores.set(
        multiply(features.subarray(row * width, (row + 1) * width), weight, [1, width, classes]),
        row * classes,
      );
  }
  return scores;
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

/** Scores by the native path, in float64 unless told. */
async function leftOut(
  learned: Learned,
  lambda: number,
  groups?: Groups,
  precision: 'float32' | 'float64' = 'float64',
) {
  const products = await openFactorProducts(precision, 1);
  const { gram, cross } = learned.statistics;
  const factor = (await factorise(copyRows(gram, width), { size: width, ridge: lambda, products })) as Factor;
  const sample = sampleOf(learned, groups);
  const kind = precision === 'float32' ? Float32Array : Float64Array;
  const weight = kind.from(solveDense(withDiagonal(wholeGram(gram), width, lambda), cross, width, classes));
  const scores = await leaveGroupsOut(factor, weight, { ...sample, columns: kind.from(sample.columns) }, classes);
  await products.close();
  return scores;
}

describe('leaveGroupsOut', () => {
  it.each([300, 3e4, 3e6])('gives the scores of true refits without each example (lambda %i)', async (lambda) => {
    const learned = await learnClusters(12, 2.5, 4);
    expect(relativeError(await leftOut(learned, lambda), refitScores(learned, lambda))).toBeLessThan(1e-4);
  });

  it.each([300, 3e4, 3e6])('gives those of true refits without each group (lambda %i)', async (lambda) => {
    const learned = await learnClusters(12, 2.5, 4);
    const groups = Array.from({ length: 12 }, (_, group) => [group, group + 12, group + 24]);
    expect(relativeError(await leftOut(learned, lambda, groups), refitScores(learned, lambda, groups))).toBeLessThan(
      1e-4,
    );
  });

  it('says nothing of an example whose leverage cannot be told from 1, least of all its own label', async () => {
    // Fewer examples than features and next to no penalty: each determines its own answer.
    const learned = await learn(slice(clusters({ classes: [0, 1, 2], perClass: 4, noise: 3, seed: 4 }), 0, 12));
    expect([...(await leftOut(learned, 1e-4))]).toEqual(new Array(36).fill(0));
    expect(
      [...(await leftOut(learned, 10, undefined, 'float32'))].filter((score) => score === 0).length,
    ).toBeGreaterThan(30);
  });
});

describe('searchLambda', () => {
  const search = { start: undefined, tried: () => undefined };
  const costsOf = (costs: readonly number[]) => async (lambda: number) => costs[grid.indexOf(lambda as 10)] ?? 9;

  it('goes down from ten to ten thousand millions', () => expect([grid[0], grid.at(-1)]).toEqual([10, 1e10]));

  it('is not held by a local minimum at its start', async () => {
    const costs = grid.map((_, index) => (index === 12 ? 4 : Math.abs(index - 3)));
    expect(await searchLambda(costsOf(costs), { ...search, start: grid[12] })).toBe(grid[3]);
  });

  it('reaches both ends of the grid', async () => {
    expect(await searchLambda(costsOf(grid.map((_, index) => index)), search)).toBe(10);
    expect(await searchLambda(costsOf(grid.map((_, index) => -index)), search)).toBe(1e10);
  });

  it('prefers the larger of two that are as good', async () => {
    expect(await searchLambda(costsOf(grid.map((_, index) => (index === 11 || index === 12 ? 0 : 1))), search)).toBe(
      grid[12],
    );
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
      problems.map(
        async ([perClass, noise, seed]) => (await choose(await learnClusters(perClass, noise, seed))).lambda,
      ),
    );
    expect(new Set(chosen).size).toBeGreaterThan(1);
  });

  it('tries about ten values, the start among them', async () => {
    const learned = await learnClusters(30, 2, 2);
    const { seen } = await choose(learned, 3e4);
    expect(seen.length).toBeLessThan(13);
    expect(seen).toEqual(seen.map((_, index) => index + 1));
  });

  it.each([300, 250_000, 3e8, 1e15])('ends at the same from wherever it starts (%f)', async (start) => {
    const learned = await learnClusters(30, 2, 2);
    expect((await choose(learned, start)).lambda).toBe((await choose(learned)).lambda);
  });

  it.each([1, 2, 3, 5])(
    'ends, with a value of the grid, for %i examples and a map that is far wider',
    async (count) => {
      for (let seed = 0; seed < 10; seed++) {
        const batch = slice(clusters({ classes: [0, 1], perClass: 3, noise: 1, seed }), 0, count);
        const learned = await learn({ ...batch, vectors: batch.vectors.map((value) => 20 * value) }, 256);
        expect(grid).toContain((await choose(learned)).lambda);
      }
    },
  );
});
