/** Classes that may no longer be answered: every head serves them with a probability of 0, and no loss learns them. */
import { describe, expect, it } from 'vitest';
import { openLabelSetIndex } from '#espalier/training/answers.js';
import { curatedJob } from '#espalier/training/curated-job.js';
import { uncalibrated } from '#espalier/training/heads/calibrated.js';
import { probabilitiesOf, scoresOf } from '#espalier/training/heads/head-graph.js';
import {
  type Head,
  type LabelledVectors,
  maskedScore,
  type TrainedHead,
  type TrainingJob,
} from '#espalier/training/job.js';
import { taskTensors } from '#espalier/training/problem.js';
import { strategies, trainJob } from '#espalier/training/strategies.js';
import { settingsWith } from '../support/declaration.js';
import { errorOf } from '../support/errors.js';
import { accuracyOf, clusters, dimension, empty, jobOf, join, quiet, slice } from '../support/problem.js';

const fresh = clusters({ classes: [0, 1, 2], perClass: 30, noise: 0.4, seed: 1 });
const test = clusters({ classes: [0, 1, 2], perClass: 20, noise: 0.4, seed: 3 });
const ofOthers = clusters({ classes: [0, 2], perClass: 20, noise: 0.4, seed: 4 });

const pairs = strategies.flatMap((strategy) =>
  strategy.headKinds.map((kind) => ({ strategy, kind, name: `${strategy.name}, ${kind}` })),
);

const columnOf = (values: Float32Array, classes: number, own: number) =>
  [...values].filter((_, at) => at % classes === own);

describe.each(pairs)('a head of $name with a retired class', ({ strategy, kind }) => {
  const settings = settingsWith({ head: kind, rank: 8, learningRate: 0.01 });
  const learn = () => trainJob(jobOf(strategy.name, 3, { fresh, settings }), quiet);
  /** What follows the parent: other examples, with class 1 retired or not. */
  const update = async (retired: Partial<TrainingJob>) => {
    const parent = await learn();
    const goesOn = strategy.continues(parent, settings);
    const own = goesOn ? ofOthers : join(fresh, ofOthers);
    const replayed = strategy.replays && goesOn ? slice(fresh, 0, 30) : empty;
    const job = jobOf(strategy.name, 3, {
      ...{ fresh: own, replayed, settings },
      ...(goesOn && { parent }),
    });
    return trainJob({ ...job, ...retired }, quiet);
  };

  it('never answers it, and shares its probability among the others', async () => {
    const { head } = await update({ retired: [1] });
    expect([...head.tensors.retired!.data]).toEqual([0, 1, 0]);
    const [logits, probabilities] = [
      await scoresOf(head, test.vectors, 1),
      await probabilitiesOf(head, test.vectors, 1),
    ];
    expect(new Set(columnOf(logits, 3, 1))).toEqual(new Set([maskedScore]));
    expect(new Set(columnOf(probabilities, 3, 1))).toEqual(new Set([0]));
    for (let row = 0; row < test.targets.length; row++)
      expect(probabilities[row * 3]! + probabilities[row * 3 + 2]!).toBeCloseTo(1, 5);
    expect(await accuracyOf({ head, state: {}, facts: {} }, ofOthers)).toBeGreaterThan(0.9);
  });

  it('may go on from a head with a retired class, which is answered again once it is not retired', async () => {
    const parent = await update({ retired: [1] });
    const goesOn = strategy.continues(parent, settings);
    const back = await trainJob(
      jobOf(strategy.name, 3, {
        fresh: goesOn ? test : join(fresh, test),
        replayed: strategy.replays && goesOn ? slice(fresh, 0, 30) : empty,
        settings,
        ...(goesOn && { parent }),
      }),
      quiet,
    );
    expect(back.head.tensors).not.toHaveProperty('retired');
    expect(await accuracyOf(back, test)).toBeGreaterThan(0.9);
    expect(
      Object.values({ ...back.head.tensors, ...back.state }).every(({ data }) => data.every(Number.isFinite)),
    ).toBe(true);
  });

  it('learns nothing of it by gradient: other vectors of its examples give the same head', async () => {
    if (strategy.withdraws) return;
    const learnFrom = (batch: LabelledVectors) =>
      trainJob(jobOf(strategy.name, 3, { fresh: batch, settings, retired: [1] }), quiet);
    const others = { ...fresh, vectors: fresh.vectors.map((value, at) => (isOfClassOne(at) ? 5 - value : value)) };
    expect(await learnFrom(others)).toEqual(await learnFrom(fresh));
    expect(await accuracyOf(await learnFrom(fresh), ofOthers)).toBeGreaterThan(0.9);
  });
});

const isOfClassOne = (at: number) => fresh.targets[Math.floor(at / dimension)] === 1;

describe('the probabilities of a head with retired classes', () => {
  /** Scores 0.5 x + bias of two inputs: no training, so that every number is known. */
  const headOf = (tensors: TrainedHead['head']['tensors']): Head => ({
    kind: 'linear',
    shape: { dimension: 1, lexical: 0, classes: 4 },
    tensors: {
      mean: { dims: [1], data: Float32Array.of(0) },
      scale: { dims: [1], data: Float32Array.of(1) },
      weight: { dims: [1, 4], data: Float32Array.of(0, 0, 0, 0) },
      bias: { dims: [4], data: Float32Array.of(3, 1, 2, 0) },
      ...tensors,
    },
  });
  const job = jobOf('finetune', 4, {});
  const answered = async (parts: Partial<TrainingJob>) =>
    [...(await probabilitiesOf(headOf(taskTensors({ ...job, ...parts })), Float32Array.of(1), 1))].map(
      (value) => Math.round(value * 1e4) / 1e4,
    );
  const share = (own: number, ...others: number[]) =>
    Math.round((1e4 * Math.exp(own)) / others.reduce((sum, other) => sum + Math.exp(other), Math.exp(own))) / 1e4;

  it('are those of the rest', async () => {
    expect(await answered({ retired: [0] })).toEqual([0, share(1, 2, 0), share(2, 1, 0), share(0, 1, 2)]);
  });

  it('of one task do not reach another, even where a task has no class left', async () => {
    const tasks = Int32Array.of(0, 0, 1, 1);
    expect(await answered({ tasks, retired: [0] })).toEqual([0, 1, share(2, 0), share(0, 2)]);
    expect(await answered({ tasks, retired: [0, 1] })).toEqual([0, 0, share(2, 0), share(0, 2)]);
    expect(await answered({ retired: [0, 1, 2, 3] })).toEqual([0, 0, 0, 0]);
  });

  it('are exactly 0 in a multi-label task, beside a task whose classes compete too', async () => {
    const sigmoid = (score: number) => Math.round(1e4 / (1 + Math.exp(-score))) / 1e4;
    expect(await answered({ multiLabel: [0], retired: [1] })).toEqual([sigmoid(3), 0, sigmoid(2), 0.5]);
    const tasks = Int32Array.of(0, 0, 1, 1);
    expect(await answered({ tasks, multiLabel: [1], retired: [0, 2] })).toEqual([0, 1, 0, 0.5]);
  });

  it('say of the head as it was trained what they said before', () => {
    const head = headOf(taskTensors({ ...job, retired: [2] }));
    expect(uncalibrated(head)).toEqual(headOf({}));
  });
});

describe('multi-label tasks', () => {
  const book = openLabelSetIndex(3);
  const targets = fresh.targets.map((target) => book.targetOf({ task: 0, classes: [target] }));
  const able = strategies.filter(({ multiLabel }) => multiLabel !== false);

  it.each(able.map(({ name }) => name))('learn without a retired label: %s', async (name) => {
    const settings = settingsWith({ rank: 8 });
    const job = jobOf(name, 3, { fresh: { ...fresh, targets }, multiLabel: [0], sets: book.sets, settings });
    const { head } = await trainJob({ ...job, retired: [1] }, quiet);
    const probabilities = await probabilitiesOf(head, fresh.vectors, 1);
    expect(new Set(columnOf(probabilities, 3, 1))).toEqual(new Set([0]));
    const right = [...fresh.targets].filter(
      (target, row) => target === 1 || probabilities[row * 3 + target]! > probabilities[row * 3 + 2 - target]!,
    );
    expect(right.length / fresh.targets.length).toBeGreaterThan(0.95);
  });
});

describe('a job', () => {
  it('of which all classes but one are retired is refused', async () => {
    const error = await errorOf(trainJob(jobOf('analytic', 3, { fresh, retired: [0, 2] }), quiet));
    expect(error).toMatchObject({ code: 'TOO_FEW_CLASSES', message: expect.stringContaining('`class 1` only') });
  });

  it('whose new examples are all of retired classes teaches a gradient nothing', async () => {
    const job = jobOf('replay', 3, { fresh: clusters({ classes: [1], perClass: 5, noise: 1, seed: 1 }), retired: [1] });
    expect((await errorOf(trainJob(job, quiet))).code).toBe('NOTHING_TO_LEARN');
  });

  it('whose withdrawn vectors are not numbers is refused, with the number of the example', async () => {
    const withdrawn = { ...slice(fresh, 0, 2), vectors: slice(fresh, 0, 2).vectors.with(3, Number.NaN) };
    const error = await errorOf(trainJob(jobOf('analytic', 3, { fresh, withdrawn }), quiet));
    expect(error).toMatchObject({ code: 'VECTOR_INVALID', message: expect.stringContaining(`${fresh.ids[0]}`) });
  });

  it('gives its strategy no earlier example that is withdrawn, and one without withdrawals as it is', () => {
    const job = jobOf('replay', 3, { fresh, replayed: slice(test, 0, 9), learned: slice(test, 0, 12) });
    expect(curatedJob(job, {})).toBe(job);
    const curated = curatedJob({ ...job, withdrawn: slice(test, 3, 6) }, {});
    expect([...curated.replayed.ids]).toEqual([...test.ids.slice(0, 3), ...test.ids.slice(6, 9)]);
    expect([...curated.learned!.ids]).toEqual([...test.ids.slice(0, 3), ...test.ids.slice(6, 12)]);
    expect(curated.fresh).toBe(fresh);
  });
});
