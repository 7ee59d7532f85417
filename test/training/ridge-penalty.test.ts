import { describe, expect, it } from 'vitest';
import { drawRandomFeatures } from '#espalier/training/random-features.js';
import { chooseLambda } from '#espalier/training/ridge-penalty.js';
import { addExamples, emptyStatistics, type RidgeStatistics } from '#espalier/training/ridge-statistics.js';
import { solveDense, withDiagonal } from '../support/dense.js';
import { clusters, dimension } from '../support/problem.js';

const grid = [0.1, 0.316, 1, 3.16, 10, 31.6, 100, 316, 1000, 3160, 10000];
const width = 48;

async function statisticsOf(perClass: number, noise: number, seed: number): Promise<RidgeStatistics> {
  const { vectors, targets } = clusters({ classes: [0, 1, 2, 3], perClass, noise, seed });
  const map = drawRandomFeatures(dimension, width, 7);
  return addExamples(emptyStatistics(width, 4), { inputs: vectors, targets, map, threads: 1, progress: () => undefined });
}

/** Generalised cross-validation by its formula, in float64, with the whole trace. */
function exactGcv({ gram, cross, count, classes }: RidgeStatistics, lambda: number): number {
  const shifted = withDiagonal(gram, width, lambda);
  const weight = solveDense(shifted, cross, width, classes);
  const inverse = solveDense(shifted, withDiagonal(new Float64Array(width * width), width, 1), width, width);
  let [explained, squares, trace] = [0, 0, 0];
  for (let index = 0; index < weight.length; index++) {
    explained += weight[index]! * cross[index]!;
    squares += weight[index]! ** 2;
  }
  for (let index = 0; index < width; index++) trace += inverse[index * width + index]!;
  return (count * (count - explained - lambda * squares)) / (count - (width - lambda * trace)) ** 2;
}

/** The stated rule: of all whose score is within 5 % of the least, going down from the least, the smallest. */
function choiceByRule(scores: readonly number[]): number {
  const least = Math.min(...scores);
  let best = scores.indexOf(least);
  while (best > 0 && scores[best - 1]! <= least * 1.05) best--;
  return grid[best]!;
}

async function choose(statistics: RidgeStatistics, start?: number) {
  let tried = 0;
  const lambda = await chooseLambda(statistics, { start, seed: 7, threads: 1, tried: (count) => (tried = count) });
  return { lambda, tried };
}

describe('chooseLambda', () => {
  const problems = [
    [500, 0.3, 1],
    [500, 1, 2],
    [500, 3, 3],
    [500, 12, 4],
    [60, 2, 5],
    [60, 6, 6],
  ] as const;

  it.each(problems)('follows the rule on exact scores (%i a class, noise %f)', async (perClass, noise, seed) => {
    const statistics = await statisticsOf(perClass, noise, seed);
    const scores = grid.map((lambda) => exactGcv(statistics, lambda));
    expect((await choose(statistics)).lambda).toBe(choiceByRule(scores));
  });

  it('shrinks more where there is more noise: the problems above do not all have one answer', async () => {
    const chosen = await Promise.all(problems.map(async (problem) => (await choose(await statisticsOf(...problem))).lambda));
    expect(new Set(chosen).size).toBeGreaterThan(2);
  });

  it.each([0.1, 3.16, 10_000, 250])('ends at the same from wherever it starts (%f)', async (start) => {
    const statistics = await statisticsOf(500, 3, 3);
    expect((await choose(statistics, start)).lambda).toBe((await choose(statistics)).lambda);
  });

  it('tries few values where it starts at the answer', async () => {
    const statistics = await statisticsOf(500, 3, 3);
    const { lambda } = await choose(statistics);
    expect((await choose(statistics, lambda)).tried).toBeLessThan(grid.length);
  });

  it.each([1, 2, 3, 5])('ends, with a value of the grid, for %i examples and a map that is far wider', async (count) => {
    for (let seed = 0; seed < 30; seed++) {
      const { vectors, targets } = clusters({ classes: [0, 1], perClass: 3, noise: 1, seed });
      const statistics = await addExamples(emptyStatistics(256, 2), {
        inputs: vectors.map((value) => 20 * value).subarray(0, count * dimension),
        targets: targets.subarray(0, count),
        map: drawRandomFeatures(dimension, 256, seed),
        threads: 1,
        progress: () => undefined,
      });
      const lambda = await chooseLambda(statistics, { seed, threads: 1, tried: () => undefined });
      expect(grid).toContain(lambda);
    }
  });
});
