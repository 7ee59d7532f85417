/** Fine-tuning and replay: gradient training of a linear head. */
import { describe, expect, it } from 'vitest';
import type { TrainedHead } from '#espalier/training/job.js';
import { finetune } from '#espalier/training/strategies/finetune.js';
import { replay } from '#espalier/training/strategies/replay.js';
import { settingsWith } from '../support/declaration.js';
import { errorOf } from '../support/errors.js';
import { accuracyOf, clusters, dimension, jobOf, quiet, slice } from '../support/problem.js';

const banking = { classes: [0, 1, 2, 3], noise: 0.5 };
const dining = { classes: [4, 5, 6, 7], noise: 0.5 };
const first = clusters({ ...banking, perClass: 30, seed: 1 });
const second = clusters({ ...dining, perClass: 30, seed: 2 });
const firstTest = clusters({ ...banking, perClass: 25, seed: 3 });
const secondTest = clusters({ ...dining, perClass: 25, seed: 4 });
const remembered = slice(first, 0, 24);

const learnFirst = () => finetune.train(jobOf('finetune', 4, { fresh: first }), quiet);

describe('an update with a second domain', () => {
  it('finetune learns the new and forgets the old', async () => {
    const parent = await learnFirst();
    const child = await finetune.train(jobOf('finetune', 8, { fresh: second, parent }), quiet);
    expect(await accuracyOf(parent, firstTest)).toBeGreaterThan(0.95);
    expect(await accuracyOf(child, secondTest)).toBeGreaterThan(0.95);
    expect(await accuracyOf(child, firstTest)).toBeLessThan(0.6);
  });

  it('replay learns the new and keeps the old', async () => {
    const parent = await learnFirst();
    const child = await replay.train(jobOf('replay', 8, { fresh: second, replayed: remembered, parent }), quiet);
    expect(await accuracyOf(child, secondTest)).toBeGreaterThan(0.95);
    expect(await accuracyOf(child, firstTest)).toBeGreaterThan(0.9);
  });

  it('leaves the standardisation as the first update fitted it', async () => {
    const parent = await learnFirst();
    const child = await replay.train(jobOf('replay', 8, { fresh: second, replayed: remembered, parent }), quiet);
    expect(child.head.tensors.mean).toEqual(parent.head.tensors.mean);
  });

  it('starts known classes from their parent and new ones from zero', async () => {
    const parent = await learnFirst();
    const settings = settingsWith({ epochs: 1, learningRate: 1e-9 });
    const fresh = clusters({ classes: [4, 5], noise: 0.5, perClass: 4, seed: 2 });
    const { weight, bias } = (await finetune.train(jobOf('finetune', 6, { fresh, parent, settings }), quiet)).head
      .tensors;
    const known = 4;
    for (let row = 0; row < dimension; row++) {
      const wanted = [...parent.head.tensors.weight!.data.subarray(row * known, (row + 1) * known), 0, 0];
      for (const [column, value] of wanted.entries()) expect(weight!.data[row * 6 + column]).toBeCloseTo(value, 6);
    }
    for (const [column, value] of [...parent.head.tensors.bias!.data, 0, 0].entries())
      expect(bias!.data[column]).toBeCloseTo(value, 6);
  });

  it('leaves the parent as it was', async () => {
    const parent = await learnFirst();
    const before = structuredClone(parent);
    await finetune.train(jobOf('finetune', 8, { fresh: second, parent }), quiet);
    expect(parent).toEqual(before);
  });
});

describe('the class prior of replay', () => {
  // Half of a minibatch is of class 0, a quarter each of 1 and 2: the entropy of that is 1.5 bits.
  it('stands in for what the minibatches hold of each class: an empty head has their entropy as its loss', async () => {
    const fresh = clusters({ classes: [0], perClass: 32, noise: 0.5, seed: 5 });
    const replayed = clusters({ classes: [1, 2], perClass: 16, noise: 0.5, seed: 6 });
    const settings = settingsWith({ epochs: 1, learningRate: 1e-9, replayRatio: 1 });
    const { facts } = await replay.train(jobOf('replay', 3, { fresh, replayed, settings }), quiet);
    expect(facts.firstLoss).toBeCloseTo(1.5 * Math.log(2), 4);
  });

  it('is not kept in the head: classes that were drawn more often are not preferred for it', async () => {
    const fresh = clusters({ classes: [0], perClass: 64, noise: 0.5, seed: 5 });
    const replayed = clusters({ classes: [1, 2], perClass: 16, noise: 0.5, seed: 6 });
    const settings = settingsWith({ epochs: 1, learningRate: 1e-9 });
    const { head } = await replay.train(jobOf('replay', 3, { fresh, replayed, settings }), quiet);
    for (const value of head.tensors.bias!.data) expect(value).toBeCloseTo(0, 6);
  });
});

describe('what a run tells', () => {
  it('the mean loss of the first and the last epoch: at first about log of the classes, then less', async () => {
    const { facts } = await finetune.train(
      jobOf('finetune', 4, { fresh: first, settings: settingsWith({ learningRate: 0.001 }) }),
      quiet,
    );
    expect(facts.firstLoss).toBeGreaterThan(1);
    expect(facts.firstLoss).toBeLessThan(Math.log(4) + 0.01);
    expect(facts.lastLoss).toBeLessThan(facts.firstLoss!);
  });

  it('each epoch as progress, of the head and of the one that calibrates it', async () => {
    const seen: unknown[] = [];
    const settings = settingsWith({ epochs: 3 });
    await finetune.train(jobOf('finetune', 4, { fresh: first, settings }), (...report) => seen.push(report));
    expect(seen).toEqual([1, 2, 3, 4, 5, 6].map((done) => [done, 6, 'epochs']));
  });
});

describe('TRAINING_DIVERGED', () => {
  it('when the learning rate is far too large', async () => {
    const settings = settingsWith({ learningRate: 1e38 });
    expect((await errorOf(finetune.train(jobOf('finetune', 4, { fresh: first, settings }), quiet))).code).toBe(
      'TRAINING_DIVERGED',
    );
  });

  it('when the parent already holds what is not a number', async () => {
    const parent = structuredClone(await learnFirst()) as TrainedHead;
    parent.head.tensors.weight!.data[0] = Number.NaN;
    expect((await errorOf(finetune.train(jobOf('finetune', 4, { fresh: first, parent }), quiet))).code).toBe(
      'TRAINING_DIVERGED',
    );
  });
});

it('fewer examples than a minibatch are enough', async () => {
  const few = slice(first, 0, 5);
  const trained = await finetune.train(
    jobOf('finetune', 4, { fresh: few, settings: settingsWith({ batchSize: 64 }) }),
    quiet,
  );
  expect(await accuracyOf(trained, few)).toBe(1);
});
