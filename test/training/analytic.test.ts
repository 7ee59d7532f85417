import { describe, expect, it } from 'vitest';
import type { Head, LabelledVectors, TrainedHead } from '#espalier/training/job.js';
import { fitTemperature } from '#espalier/training/ridge/calibration.js';
import type { Features } from '#espalier/training/ridge/features.js';
import { fitRidge } from '#espalier/training/ridge/fit.js';
import { packedLength } from '#espalier/training/ridge/gram.js';
import { singles } from '#espalier/training/ridge/groups.js';
import {
  emptyStatistics,
  packStatistics,
  removeExamples,
  unpackStatistics,
} from '#espalier/training/ridge/statistics.js';
import { widthFor } from '#espalier/training/ridge/width.js';
import { standardise } from '#espalier/training/standardise.js';
import { analytic } from '#espalier/training/strategies/analytic.js';
import { finetune } from '#espalier/training/strategies/finetune.js';
import { settingsWith } from '../support/declaration.js';
import { multiply, relativeError, solveDense, transpose, wholeGram, withDiagonal } from '../support/dense.js';
import {
  accuracyOf,
  clusters,
  dimension,
  jobOf,
  join,
  naiveFeatures,
  naiveLogits,
  quiet,
  slice,
} from '../support/problem.js';

const settings = settingsWith({ width: 64 });
const train = (
  classes: number,
  job: { fresh: LabelledVectors; replayed?: LabelledVectors; parent?: TrainedHead; width?: number },
) => {
  const { width = 64, ...parts } = job;
  return analytic.train(jobOf('analytic', classes, { ...parts, settings: settingsWith({ width }) }), quiet);
};

const oneHot = ({ targets }: LabelledVectors, classes: number) =>
  Float64Array.from({ length: targets.length * classes }, (_, index) =>
    targets[Math.floor(index / classes)] === index % classes ? 1 : 0,
  );

/**
 * (H^T H + lambda I)^-1 H^T Y over the features of `batch`, in float64; lambda is told in units of whole features, of
 * which 32 are 1. [width, classes]
 */
function naiveRidge(
  head: Head,
  batch: LabelledVectors,
  { lambda, classes }: { lambda: number; classes: number },
): Float64Array {
  const features = naiveFeatures(head, batch.vectors);
  const [n, width] = [batch.targets.length, head.tensors.map!.dims[1]!];
  const turned = transpose(features, n, width);
  const gram = withDiagonal(multiply(turned, features, [width, n, width]), width, lambda / 32 ** 2);
  return solveDense(gram, multiply(turned, oneHot(batch, classes), [width, n, classes]), width, classes);
}

const first = clusters({ classes: [0, 1, 2], perClass: 60, noise: 1.5, seed: 1 });
const second = clusters({ classes: [2, 3, 4], perClass: 50, noise: 1.5, seed: 2 });
const test = clusters({ classes: [0, 1, 2, 3, 4], perClass: 40, noise: 1.5, seed: 3 });

describe('the analytic head', () => {
  it('is the ridge solution of a plain solve at the lambda it tells, over its temperature', async () => {
    const { head, facts } = await train(3, { fresh: first });
    const naive = naiveRidge(head, first, { lambda: facts.lambda!, classes: 3 });
    expect(
      relativeError(
        (head.tensors.weight!.data as Float32Array).map((value) => value * facts.temperature!),
        naive,
      ),
    ).toBeLessThan(1e-5);
    expect([...head.tensors.bias!.data]).toEqual([0, 0, 0]);
  });

  it('after two updates is the head of one joint update', async () => {
    const parent = await train(3, { fresh: first });
    const updated = await train(5, { fresh: second, replayed: first, parent });
    const joint = await train(5, { fresh: join(first, second), parent: withoutMemory(parent) });
    expect(updated.facts.lambda).toBe(joint.facts.lambda);
    expect(updated.facts.examplesInStatistics).toBe(330);
    expect(relativeError(naiveLogits(updated.head, test.vectors), naiveLogits(joint.head, test.vectors))).toBeLessThan(
      1e-4,
    );
  });

  it('needs no replayed example to remember: they only choose lambda and calibrate it', async () => {
    const parent = await train(3, { fresh: first });
    const [withReplay, without] = [
      await train(5, { fresh: second, replayed: first, parent }),
      await train(5, { fresh: second, parent }),
    ];
    expect(without.state).toEqual(withReplay.state);
    expect(await accuracyOf(without, slice(first, 0, 150))).toBeGreaterThan(0.85);
  });

  it('does not depend on the order of its updates', async () => {
    const start = withoutMemory(await train(5, { fresh: join(first, second) }));
    const [halfA, halfB] = [slice(first, 0, 90), slice(first, 90, 180)];
    const ab = await train(5, {
      fresh: halfB,
      replayed: halfA,
      parent: await train(5, { fresh: halfA, parent: start }),
    });
    const ba = await train(5, {
      fresh: halfA,
      replayed: halfB,
      parent: await train(5, { fresh: halfB, parent: start }),
    });
    expect(relativeError(naiveLogits(ba.head, test.vectors), naiveLogits(ab.head, test.vectors))).toBeLessThan(1e-4);
  });

  it('keeps in its state what an example adds, so that it can be subtracted again', async () => {
    const parent = await train(3, { fresh: slice(first, 0, 100) });
    const child = await train(3, { fresh: slice(first, 100, 101), parent });
    const [before, after] = [unpackStatistics(parent.state)!, unpackStatistics(child.state)!];
    const features = naiveFeatures(parent.head, slice(first, 100, 101).vectors).map((value) => value * 32);
    const wholeBefore = wholeGram(before.gram);
    const outer = multiply(features, features, [64, 1, 64]);
    expect(after.count - before.count).toBe(1);
    expect(
      relativeError(
        wholeGram(after.gram).map((value, index) => value - wholeBefore[index]!),
        outer,
      ),
    ).toBe(0);
  });

  it('after an example is taken out of its statistics has the bits of one that never saw it', async () => {
    const parent = withoutMemory(await train(5, { fresh: join(first, second) }));
    const [some, all] = [
      await train(5, { fresh: second, parent }),
      await train(5, { fresh: join(first, second), parent }),
    ];
    const features: Features = { kind: 'relu', tensors: { map: parent.head.tensors.map! } };
    const { mean, scale } = parent.head.tensors;
    const forgotten = await removeExamples(unpackStatistics(all.state)!, {
      inputs: standardise(first.vectors, { mean: mean!, scale: scale! }),
      targets: first.targets,
      features,
      threads: 1,
      progress: quiet,
    });
    expect(some.state).toMatchObject(packStatistics(forgotten));
    const sample = {
      columns: new Float32Array(64 * 3).map((_, index) => index % 7),
      targets: Int32Array.of(0, 1, 2),
      groups: singles(3),
    };
    const fit = (state: TrainedHead['state']) =>
      fitRidge(unpackStatistics(state)!, sample, { start: undefined, threads: 1, tried: () => undefined });
    expect(await fit(packStatistics(forgotten))).toEqual(await fit(some.state));
  });

  it('leaves the parent as it was', async () => {
    const parent = await train(3, { fresh: first });
    const before = structuredClone(parent);
    await train(5, { fresh: second, replayed: first, parent });
    expect(parent).toEqual(before);
  });

  it('learns what no linear head can: two classes in opposite quarters of a circle', async () => {
    const circle = oppositeQuarters();
    expect(await accuracyOf(await train(2, { fresh: circle, width: 256 }), circle)).toBeGreaterThan(0.95);
    expect(await accuracyOf(await finetune.train(jobOf('finetune', 2, { fresh: circle }), quiet), circle)).toBeLessThan(
      0.7,
    );
  });

  it('without a width takes 4096, and learns everything again at 6144 once it has learned 10,000 examples', async () => {
    const parent = await analytic.train(jobOf('analytic', 4, { fresh: slice(first, 0, 20), settings }), quiet);
    const learned = (width: number, examples: number): TrainedHead => ({
      head: { ...parent.head, shape: { ...parent.head.shape, width } },
      state: {
        'statistics.gram': { dims: [packedLength(width)], data: new Int32Array(0) },
        'statistics.cross': { dims: [width, 4], data: new Int32Array(0) },
      },
      facts: { examplesInStatistics: examples },
    });
    const { width: _, ...usual } = settings;
    expect([widthFor(0), widthFor(9_999), widthFor(10_000)]).toEqual([4096, 4096, 6144]);
    expect(analytic.continues(learned(4096, 9_999), usual)).toBe(true);
    expect(analytic.continues(learned(4096, 10_000), usual)).toBe(false);
    expect(analytic.continues(learned(6144, 10_000), usual)).toBe(true);
    // Examples that are withdrawn do not make it learn everything again at the smaller width.
    expect(analytic.continues(learned(6144, 9_999), usual)).toBe(true);
    expect(analytic.continues(learned(4096, 10_000), settingsWith({ width: 4096 }))).toBe(true);
    const ofTwoTasks = {
      ...learned(4096, 0),
      facts: { 'task0.examplesInStatistics': 6_000, 'task1.examplesInStatistics': 4_000 },
    };
    expect(analytic.continues(ofTwoTasks, usual)).toBe(false);
  });

  it('continues a parent of the same width only', async () => {
    const parent = await train(3, { fresh: first });
    expect(analytic.continues(parent, settings)).toBe(true);
    expect(analytic.continues(parent, settingsWith({ width: 128 }))).toBe(false);
    expect(analytic.continues({ ...parent, state: {} }, settings)).toBe(false);
  });
});

describe('its temperature', () => {
  /** So few and so noisy that what was learned looks much surer than what was not. */
  const few = clusters({ classes: [0, 1, 2], perClass: 12, noise: 2.5, seed: 4 });

  it('is fitted to the scores of true refits without each example', async () => {
    const { head, facts } = await train(3, { fresh: few, width: 16 });
    const refits = Array.from(few.targets, (_, left) => {
      const others = join(slice(few, 0, left), slice(few, left + 1, few.targets.length));
      const weight = naiveRidge(head, others, { lambda: facts.lambda!, classes: 3 });
      return [...multiply(naiveFeatures(head, slice(few, left, left + 1).vectors), weight, [1, 16, 3])];
    });
    const wanted = fitTemperature(Float64Array.from(refits.flat()), few.targets, 3, 1 / few.targets.length);
    expect(facts.temperature! / wanted).toBeCloseTo(1, 4);
    const learned = multiply(
      naiveFeatures(head, few.vectors),
      naiveRidge(head, few, { lambda: facts.lambda!, classes: 3 }),
      [few.targets.length, 16, 3],
    );
    expect(Math.abs(fitTemperature(learned, few.targets, 3) / wanted - 1)).toBeGreaterThan(0.02);
  });

  it('makes its confidence about as large as it is right on what it never saw', async () => {
    const trained = await train(5, { fresh: clusters({ classes: [0, 1, 2, 3, 4], perClass: 60, noise: 2, seed: 5 }) });
    const unseen = clusters({ classes: [0, 1, 2, 3, 4], perClass: 100, noise: 2, seed: 6 });
    const logits = naiveLogits(trained.head, unseen.vectors);
    const confidences = Array.from(unseen.targets, (_, row) => {
      const scores = logits.subarray(row * 5, row * 5 + 5);
      const largest = Math.max(...scores);
      return 1 / scores.reduce((sum, score) => sum + Math.exp(score - largest), 0);
    });
    const confidence = confidences.reduce((a, b) => a + b) / confidences.length;
    expect(Math.abs(confidence - (await accuracyOf(trained, unseen)))).toBeLessThan(0.08);
  });
});

/** The same standardisation, map and first guess, but nothing learned. */
function withoutMemory({ head, facts, state }: TrainedHead): TrainedHead {
  const { width, classes } = unpackStatistics(state)!;
  return { head, facts, state: packStatistics(emptyStatistics(width, classes)) };
}

/** Points on a circle in the first two dimensions, the class changing from quarter to quarter. */
function oppositeQuarters(): LabelledVectors {
  const count = 240;
  const vectors = new Float32Array(count * dimension);
  const targets = new Int32Array(count);
  for (let row = 0; row < count; row++) {
    const angle = (2 * Math.PI * (row + 0.5)) / count;
    vectors.set([Math.cos(angle), Math.sin(angle)], row * dimension);
    targets[row] = Math.floor((row * 4) / count) % 2;
  }
  return { vectors, targets, ids: targets.map((_, row) => row) };
}

describe('the analytic head of several tasks', () => {
  const tasks = Int32Array.of(0, 0, 0, 1, 1);
  const own = clusters({ classes: [0, 1, 2], perClass: 40, noise: 1.5, seed: 4 });
  const tones = clusters({ classes: [3, 4], perClass: 40, noise: 1.5, seed: 5 });
  const trainBoth = (job: { fresh: LabelledVectors; replayed?: LabelledVectors; parent?: TrainedHead }) =>
    analytic.train(jobOf('analytic', 5, { ...job, tasks, settings }), quiet);
  const column = ({ head }: TrainedHead, classes: readonly number[]) =>
    [...head.tensors.weight!.data].filter((_, index) => classes.includes(index % head.shape.classes));

  it('keeps a task bit for bit where nothing new came for it', async () => {
    const parent = await train(3, { fresh: own });
    const updated = await trainBoth({ fresh: tones, replayed: slice(own, 0, 12), parent });
    expect(column(updated, [0, 1, 2])).toEqual(column(parent, [0, 1, 2]));
    expect([updated.facts.lambda, updated.facts.temperature]).toEqual([parent.facts.lambda, parent.facts.temperature]);
    expect(await accuracyOf(updated, tones, [3, 4])).toBeGreaterThan(0.9);
    const again = await trainBoth({ fresh: own, parent: updated });
    expect(column(again, [3, 4])).toEqual(column(updated, [3, 4]));
    expect([
      updated.facts.examplesInStatistics,
      updated.facts['task1.examplesInStatistics'],
      again.facts.examplesInStatistics,
    ]).toEqual([120, 80, 240]);
  });

  it('gives each task the head of a job of its own, over the same features', async () => {
    const both = await trainBoth({ fresh: join(own, tones) });
    const fixed = { ...both, state: {}, facts: {} };
    const alone = await train(3, { fresh: own, parent: fixed });
    expect(column(both, [0, 1, 2])).toEqual(column(alone, [0, 1, 2]));
  });
});
