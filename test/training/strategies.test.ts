/** What every strategy must hold; a new member of the array is tested by being in it. */
import { describe, expect, it } from 'vitest';
import { encodeSafetensors } from '#espalier/core/safetensors.js';
import { uncalibrated } from '#espalier/training/heads/calibrated.js';
import { scoresOf, tensorNames } from '#espalier/training/heads/head-graph.js';
import type { LabelledVectors, TrainedHead, TrainingJob } from '#espalier/training/job.js';
import { checkSettings, optionsOf } from '#espalier/training/options.js';
import { finetune } from '#espalier/training/strategies/finetune.js';
import { strategies, strategyNamed, trainJob } from '#espalier/training/strategies.js';
import { settingsWith } from '../support/declaration.js';
import { errorOf } from '../support/errors.js';
import { accuracyOf, clusters, dimension, empty, jobOf, join, quiet, slice } from '../support/problem.js';

const first = clusters({ classes: [0, 1, 2], perClass: 30, noise: 0.4, seed: 1 });
const second = clusters({ classes: [3, 4], perClass: 30, noise: 0.4, seed: 2 });
const test = clusters({ classes: [0, 1, 2], perClass: 20, noise: 0.4, seed: 3 });
const newTest = clusters({ classes: [3, 4], perClass: 20, noise: 0.4, seed: 4 });

/**
 * Without a buffer there is only the old head to go by, and a-gem guards only single steps: less is lost than without a
 * remedy, but much.
 */
const forgetful = ['a-gem', 'ewc', 'ewc-online', 'lwf', 'finetune'];

const bytesOf = ({ head, state, facts }: TrainedHead) =>
  Buffer.concat([
    ...encodeSafetensors({ ...head.tensors, ...state }, {}),
    Buffer.from(JSON.stringify([head.kind, head.shape, facts])),
  ]);

const pairs = strategies.flatMap((strategy) =>
  strategy.headKinds.map((kind) => ({ strategy, kind, name: `${strategy.name}, ${kind}` })),
);

describe.each(pairs)('the strategy and head $name', ({ strategy, kind }) => {
  const settings = settingsWith({ head: kind, rank: 8 });
  const firstJob = jobOf(strategy.name, 3, { fresh: first, settings });
  /** What the pipeline would give it: a strategy that does not continue is given everything. */
  const secondJob = (parent: TrainedHead, fresh = second): TrainingJob => {
    const goesOn = strategy.continues(parent, settings);
    const replayed = strategy.replays && goesOn ? slice(first, 0, 30) : empty;
    return jobOf(strategy.name, 5, {
      fresh: goesOn ? fresh : join(first, fresh),
      replayed,
      settings,
      ...(goesOn && { parent }),
    });
  };
  const learn = () => strategy.train(firstJob, quiet);
  const update = async () => strategy.train(secondJob(await learn()), quiet);

  it('learns a problem that can be learned, in a head of its kind and shape, of finite numbers', async () => {
    const trained = await learn();
    expect(await accuracyOf(trained, test)).toBeGreaterThan(0.95);
    const { head } = trained;
    expect([head.kind, head.shape.dimension, head.shape.classes]).toEqual([kind, dimension, 3]);
    expect(Object.keys(head.tensors).sort()).toEqual([...new Set(tensorNames(head))].sort());
    for (const [name, { dims, data }] of Object.entries({ ...head.tensors, ...trained.state })) {
      expect(data, name).toHaveLength(dims.reduce((a, b) => a * b, 1));
      expect(data.every(Number.isFinite), name).toBe(true);
    }
    expect(Object.values(trained.facts).every(Number.isFinite)).toBe(true);
  });

  it('learns classes that are added, keeps the old ones at their places, and remembers what it says it remembers', async () => {
    const child = await update();
    expect(child.head.shape.classes).toBe(5);
    expect(await accuracyOf(child, newTest)).toBeGreaterThan(0.9);
    const remembered = await accuracyOf(child, test);
    if (!forgetful.includes(strategy.name)) return expect(remembered).toBeGreaterThan(0.9);
    if (strategy.name === 'lwf') return; // remedies.test.ts says what it keeps: the old answers to new texts.
    const naive = await finetune.train({ ...secondJob(await learn()), replayed: empty }, quiet);
    expect(remembered).toBeGreaterThanOrEqual(await accuracyOf(naive, test));
  });

  it('gives the same bytes for the same seed and data, over an update too, and after a way through a store', async () => {
    const again = await strategy.train(secondJob(structuredClone(await learn())), quiet);
    expect(bytesOf(again).equals(bytesOf(await update()))).toBe(true);
  });

  it('gives other bytes for another seed, unless nothing in it is drawn', async () => {
    const other = { ...firstJob, settings: { ...settings, seed: 8 } };
    expect(bytesOf(await strategy.train(other, quiet)).equals(bytesOf(await learn()))).toBe(strategy.name === 'slda');
  });

  it('learns more of classes that it knows, when no class is new', async () => {
    const child = await strategy.train(secondJob(await learn(), test), quiet);
    expect(await accuracyOf(child, test)).toBeGreaterThan(0.95);
    expect(await accuracyOf(child, slice(first, 0, 60))).toBeGreaterThan(0.95);
  });
});

describe.each(strategies)('the strategy $name', (strategy) => {
  const firstJob = jobOf(strategy.name, 3, { fresh: first, settings: settingsWith({ rank: 8 }) });
  const learn = (job: Partial<TrainingJob>) => strategy.train({ ...firstJob, ...job }, quiet);

  it('is found by its name, and says in a line what it is', () => {
    expect(strategyNamed(strategy.name)).toBe(strategy);
    expect(strategy.summary).toMatch(/^\S[^\n]{10,80}$/);
  });

  it('has options within their own bounds, and says what each means', () => {
    expect(optionsOf(strategy, firstJob.settings)).toEqual(
      Object.fromEntries(Object.entries(strategy.options).map(([name, option]) => [name, option.standard])),
    );
    for (const { standard, least, most, meaning } of Object.values(strategy.options)) {
      expect(standard).toBeGreaterThanOrEqual(least);
      expect(standard).toBeLessThanOrEqual(most);
      expect(meaning).toMatch(/^\S.{5,}/);
    }
  });

  it('leaves its parent as it was', async () => {
    const parent = await learn({});
    const before = structuredClone(parent);
    const job = jobOf(strategy.name, 5, {
      fresh: second,
      replayed: strategy.replays ? first : empty,
      settings: firstJob.settings,
    });
    await strategy.train(strategy.continues(parent, job.settings) ? { ...job, parent } : job, quiet);
    expect(parent).toEqual(before);
  });

  it('reports progress that ends where it said it would', async () => {
    const seen: { done: number; total: number }[] = [];
    await strategy.train(firstJob, (done, total) => seen.push({ done, total }));
    expect(seen.length).toBeGreaterThan(0);
    for (const { done, total } of seen) expect(done).toBeLessThanOrEqual(total);
  });

  it('stops where its progress is stopped', async () => {
    const stop = async () => {
      await strategy.train(firstJob, () => {
        throw new Error('stopped');
      });
    };
    await expect(stop()).rejects.toThrow('stopped');
  });

  it('learns from two examples of two classes', async () => {
    const two = slice(first, 0, 2);
    const settings = { ...firstJob.settings, head: undefined };
    expect(await accuracyOf(await strategy.train(jobOf(strategy.name, 2, { fresh: two, settings }), quiet), two)).toBe(
      1,
    );
  });

  it('learns a class of one example beside others of many, and a class of none is no harm', async () => {
    const lonely = clusters({ classes: [3], perClass: 1, noise: 0.1, seed: 5 });
    const trained = await strategy.train(
      jobOf(strategy.name, 5, { fresh: join(first, lonely), settings: firstJob.settings }),
      quiet,
    );
    expect(await accuracyOf(trained, join(test, lonely))).toBeGreaterThan(0.9);
  });

  it('works with a buffer that is smaller than the classes are many', async () => {
    const parent = await learn({});
    const few = strategy.replays ? slice(first, 0, 2) : empty;
    const job = jobOf(strategy.name, 5, { fresh: second, replayed: few, budget: 2, settings: firstJob.settings });
    const child = await strategy.train(strategy.continues(parent, job.settings) ? { ...job, parent } : job, quiet);
    expect(await accuracyOf(child, newTest)).toBeGreaterThan(strategy.name === 'gdumb' ? 0.4 : 0.9);
  });

  it('lets an example pull more the more it counts', async () => {
    // One example near the centre of class 0 that says class 1, among others that say what they are.
    const odd = { ...slice(first, 0, 1), targets: Int32Array.of(1), ids: Int32Array.of(7) };
    const shareOfOdd = async (weight: number) => {
      const fresh = { ...join(slice(first, 3, 90), odd), weights: new Float32Array(88).fill(1).with(87, weight) };
      const job = jobOf(strategy.name, 3, {
        fresh,
        budget: 200,
        settings: { ...firstJob.settings, learningRate: 0.01 },
      });
      const { head } = await trainJob(job, quiet);
      const [own, other] = await scoresOf(uncalibrated(head), odd.vectors, 1);
      return other! - own!;
    };
    expect(await shareOfOdd(16)).toBeGreaterThan(await shareOfOdd(0.25));
  });

  it('answers a relabelled example by its new label', async () => {
    const mended = slice(first, 1, 2);
    const wrong = { ...mended, targets: Int32Array.of(0) };
    const settings = firstJob.settings;
    const others = slice(first, 3, 60);
    const parent = await learn({ fresh: join(others, wrong) });
    const goesOn = strategy.continues(parent, settings);
    const news = join(mended, slice(first, 60, 90));
    const job = jobOf(strategy.name, 3, {
      fresh: goesOn ? news : join(others, news),
      replayed: goesOn && strategy.replays ? slice(others, 0, 30) : empty,
      settings,
      ...(goesOn && { withdrawn: wrong, parent }),
    });
    expect(await accuracyOf(await trainJob(job, quiet), mended)).toBe(1);
  });

  it('lets only the classes of one task compete: two tasks that ask the same texts different things', async () => {
    const other: LabelledVectors = { ...first, targets: first.targets.map((target) => 3 + (target === 0 ? 0 : 1)) };
    const job = jobOf(strategy.name, 5, {
      fresh: join(first, other),
      tasks: Int32Array.of(0, 0, 0, 1, 1),
      settings: firstJob.settings,
    });
    const trained = await strategy.train(job, quiet);
    expect(await accuracyOf(trained, test, [0, 1, 2])).toBeGreaterThan(0.95);
    const otherTest = { ...test, targets: test.targets.map((target) => 3 + (target === 0 ? 0 : 1)) };
    expect(await accuracyOf(trained, otherTest, [3, 4])).toBeGreaterThan(0.95);
  });
});

describe('a job that cannot be trained', () => {
  it('a vector that is not a number, with the number of its example', async () => {
    const spoilt = { ...first, vectors: first.vectors.with(dimension + 1, Number.NaN) };
    const error = await errorOf(trainJob(jobOf('analytic', 3, { fresh: spoilt }), quiet));
    expect(error).toMatchObject({
      code: 'VECTOR_INVALID',
      message: expect.stringContaining(`example ${first.ids[1]}`),
    });
  });

  it('a single class', async () => {
    const one = clusters({ classes: [0], perClass: 5, noise: 1, seed: 1 });
    expect((await errorOf(trainJob(jobOf('replay', 1, { fresh: one }), quiet))).code).toBe('TOO_FEW_CLASSES');
  });
});

describe('STRATEGY_UNKNOWN', () => {
  it('names the nearest', async () => {
    const error = await errorOf(() => strategyNamed('analitic'));
    expect(error.code).toBe('STRATEGY_UNKNOWN');
    expect(error.hint).toContain('`analytic`');
  });

  it('names all where none is near', async () => {
    const { hint } = await errorOf(() => strategyNamed('wishful-thinking'));
    for (const { name } of strategies) expect(hint).toContain(name);
  });
});

describe('settings that a strategy cannot follow', () => {
  const check = (name: string, overrides: Parameters<typeof settingsWith>[0]) =>
    errorOf(() => checkSettings(strategyNamed(name), settingsWith(overrides)));

  it('an option that it does not have, with the nearest that it has', async () => {
    expect(await check('ewc', { options: { lamda: 3 } })).toMatchObject({
      code: 'DECLARATION_INVALID',
      at: { field: 'training.options.lamda' },
      hint: 'Did you mean `lambda`?',
    });
  });

  it('an option out of its bounds', async () => {
    expect((await check('ewc-online', { options: { decay: 1.5 } })).message).toContain('1.5 is not between 0 and 1');
  });

  it('a head that it does not train, with those that it does', async () => {
    expect(await check('analytic', { head: 'cosine' })).toMatchObject({
      code: 'DECLARATION_INVALID',
      hint: 'It trains: ridge.',
    });
  });

  it('a head that nobody knows', async () => {
    expect((await check('replay', { head: 'liner' })).code).toBe('HEAD_UNKNOWN');
  });
});

it('no two strategies share a name', () => {
  expect(new Set(strategies.map((strategy) => strategy.name)).size).toBe(strategies.length);
});
