/** The head of few examples by logistic regression, and the choice between it and the ridge head. */
import { describe, expect, it } from 'vitest';
import { seededRandom } from '#espalier/core/random.js';
import { scoresOf } from '#espalier/training/heads/head-graph.js';
import type { LabelledVectors, TrainedHead, TrainingJob } from '#espalier/training/job.js';
import { fitFew } from '#espalier/training/ridge/choose-head.js';
import type { Whole } from '#espalier/training/ridge/dual.js';
import { drawFeatures } from '#espalier/training/ridge/features.js';
import { foldGroups } from '#espalier/training/ridge/folds.js';
import { singles } from '#espalier/training/ridge/groups.js';
import { kernelOf } from '#espalier/training/ridge/kernel.js';
import { fitLogistic, isLogisticCheap } from '#espalier/training/ridge/logistic.js';
import { mapFeatures } from '#espalier/training/ridge/statistics.js';
import { analytic } from '#espalier/training/strategies/analytic.js';
import { settingsWith } from '../support/declaration.js';
import { clusters, dimension, jobOf, quiet, slice } from '../support/problem.js';

const [width, classes] = [64, 3];

async function wholeOf({ vectors, targets }: LabelledVectors): Promise<Whole> {
  const features = drawFeatures('relu', { dimension, width, seed: 7 });
  const rows = await mapFeatures(vectors, { features, dimension, threads: 1 });
  const kernel = await kernelOf(rows, { features, width }, 1);
  return { features: rows, kernel, targets, classes, groups: singles(targets.length), seed: 7 };
}

const some = clusters({ classes: [0, 1, 2], perClass: 30, noise: 2.5, seed: 4 });

describe('the folds', () => {
  it('split no group, and deal the rows of each class evenly', () => {
    const targets = Int32Array.from({ length: 60 }, (_, row) => row % 3);
    const groups = Array.from({ length: 30 }, (_, group) => [group, group + 30]);
    const folds = foldGroups(groups, targets, { folds: 5, seed: 7 });
    expect(folds.flat().sort((a, b) => a - b)).toEqual([...targets.keys()]);
    for (const group of groups) expect(folds.filter((fold) => group.some((row) => fold.includes(row)))).toHaveLength(1);
    for (const fold of folds)
      for (const own of [0, 1, 2]) expect(fold.filter((row) => targets[row] === own)).toHaveLength(4);
  });

  it('are five where classes have one example or two', () => {
    const folds = foldGroups(
      singles(10),
      Int32Array.from({ length: 10 }, (_, row) => row),
      { folds: 5, seed: 7 },
    );
    expect(folds.map((fold) => fold.length)).toEqual([2, 2, 2, 2, 2]);
  });
});

describe('the logistic head', () => {
  it('is at the minimum of its loss: no gradient in any weight, nor in the bias', async () => {
    const whole = await wholeOf(some);
    const { weight, bias, c } = await fitLogistic(whole, { keep: 4, threads: 1 });
    const n = some.targets.length;
    const mean = Float64Array.from({ length: width }, (_, index) => averageOf(whole.features, index, n));
    const centred = (row: number, index: number) => whole.features[row * width + index]! - mean[index]!;
    let trace = 0;
    for (let row = 0; row < n; row++) for (let index = 0; index < width; index++) trace += centred(row, index) ** 2 / n;
    const errors = Array.from({ length: n }, (_, row) => {
      const scores = [0, 1, 2].map(
        (own) =>
          bias[own]! + sumOver(width, (index) => whole.features[row * width + index]! * weight[index * 3 + own]!),
      );
      const total = scores.reduce((sum, score) => sum + Math.exp(score), 0);
      return scores.map((score, own) => (some.targets[row] === own ? 1 : 0) - Math.exp(score) / total);
    });
    // Stationarity of |W|^2 / 2 in units of the mean square, plus c times the losses.
    for (const own of [0, 1, 2]) {
      expect(Math.abs(errors.reduce((sum, error) => sum + error[own]!, 0))).toBeLessThan(0.02);
      for (let index = 0; index < width; index += 7) {
        const pull =
          (c / Math.sqrt(trace)) * errors.reduce((sum, error, row) => sum + error[own]! * centred(row, index), 0);
        expect(Math.abs(weight[index * 3 + own]! * Math.sqrt(trace) - pull)).toBeLessThan(0.05);
      }
    }
  });

  it('is not sure of labels that mean nothing', async () => {
    const random = seededRandom('meaningless');
    const whole = await wholeOf({ ...some, targets: some.targets.map(() => random.integer(3)) });
    expect((await fitLogistic(whole, { keep: undefined, threads: 1 })).calibrated.cost).toBeGreaterThan(
      0.95 * Math.log(3),
    );
  });

  it('is fitted only where it is cheap, and classes compete', async () => {
    const whole = await wholeOf(some);
    expect(isLogisticCheap(whole)).toBe(true);
    expect(isLogisticCheap({ ...whole, sets: [[0]] })).toBe(false);
    expect(isLogisticCheap({ ...whole, targets: new Int32Array(3000), classes: 150 })).toBe(false);
  });
});

describe('the choice of head', () => {
  const search = { start: undefined, threads: 1, tried: quiet };

  it('tells both losses, and takes the logistic head only where it is better by more than a standard error', async () => {
    const chosen = new Set<number>();
    for (const [noise, seed] of [
      [0.5, 1],
      [2.5, 4],
      [4, 5],
      [6, 6],
    ] as const) {
      const whole = await wholeOf(clusters({ classes: [0, 1, 2], perClass: 30, noise, seed }));
      const { facts, calibrated, bias } = await fitFew(whole, search, {});
      chosen.add(facts.logistic!);
      expect(calibrated.cost).toBe(facts.logistic === 1 ? facts.logisticLoss : facts.ridgeLoss);
      expect(bias === undefined).toBe(facts.logistic === 0);
      if (facts.logistic === 1) expect(facts.logisticLoss!).toBeLessThan(facts.ridgeLoss!);
    }
    expect(chosen).toContain(0);
  });

  it('stays what it was until half as much again has been learned', async () => {
    const whole = await wholeOf(some);
    const kept = await fitFew(whole, { ...search, keep: 1e5 }, { logistic: 1, logisticPenalty: 16 });
    expect(kept.facts).toMatchObject({ lambda: 1e5, logistic: 1, logisticPenalty: 16 });
    expect((await fitFew(whole, { ...search, keep: 1e5 }, { logistic: 0 })).facts.logistic).toBe(0);
  });
});

describe('the analytic head of few examples', () => {
  const train = (job: Partial<TrainingJob>) =>
    analytic.train(jobOf('analytic', classes, { ...job, settings: settingsWith({ width }) }), quiet);
  const asLogistic = (parent: TrainedHead): TrainedHead => ({
    ...parent,
    facts: { ...parent.facts, logistic: 1, logisticPenalty: 16, lambdaChosenAt: 1000 },
  });

  it('serves a logistic choice as a head of the kind ridge, with the scores of its readout', async () => {
    const parent = asLogistic(await train({ fresh: slice(some, 0, 60) }));
    const { head, facts } = await train({ fresh: slice(some, 60, 90), learned: slice(some, 0, 60), parent });
    expect([head.kind, facts.logistic]).toEqual(['ridge', 1]);
    expect(head.tensors.bias!.data.some((value) => value !== 0)).toBe(true);
    const scores = await scoresOf(head, some.vectors, 1);
    const right = some.targets.filter((target, row) => {
      const own = scores.subarray(row * 3, row * 3 + 3);
      return own.indexOf(Math.max(...own)) === target;
    });
    expect(right.length / 90).toBeGreaterThan(0.7);
  });

  it('goes back to the ridge head where not everything is at hand', async () => {
    const parent = asLogistic(await train({ fresh: slice(some, 0, 60) }));
    const { facts, head } = await train({ fresh: slice(some, 60, 90), parent });
    expect([facts.logistic, facts.examplesReread]).toEqual([undefined, 0]);
    expect([...head.tensors.bias!.data]).toEqual([0, 0, 0]);
  });
});

function averageOf(rows: Float32Array, index: number, count: number): number {
  return sumOver(count, (row) => rows[row * width + index]!) / count;
}

function sumOver(count: number, of: (index: number) => number): number {
  let sum = 0;
  for (let index = 0; index < count; index++) sum += of(index);
  return sum;
}
