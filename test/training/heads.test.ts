/** What every head must hold, and its training against PyTorch; a new member of the array is tested by being in it. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '#espalier/core/random.js';
import type { Precision } from '#espalier/training/autodiff/arithmetic.js';
import { clipGlobalNorm, noClipping } from '#espalier/training/autodiff/clipping.js';
import { openEpoch, type States, startingStates, type Training } from '#espalier/training/autodiff/epoch.js';
import { minibatch, sizeOf, sourcesOf, targets, whole } from '#espalier/training/autodiff/expression.js';
import { constantRate } from '#espalier/training/autodiff/learning-rate.js';
import { crossEntropy } from '#espalier/training/autodiff/losses.js';
import { adamW, sgd } from '#espalier/training/autodiff/optimiser.js';
import { headKindNamed, headKinds, movesEmbedding } from '#espalier/training/heads.js';
import type { HeadKind, HeadShape } from '#espalier/training/job.js';
import { settingsWith } from '../support/declaration.js';
import { relativeError } from '../support/dense.js';
import { gradientErrors, normals } from '../support/gradient-check.js';
import { clusters, dimension } from '../support/problem.js';

/** As small as its settings allow, of two columns where it grows by columns. */
function shapeOf(head: HeadKind, d: number, classes: number): HeadShape {
  const inputs = { dimension: d + 6, lexical: 6 };
  const sizes = head.sizes?.(settingsWith({ rank: 3, width: 16 }), inputs) ?? {};
  return { ...inputs, classes, ...sizes, ...(sizes.columns && { columns: 2 }) };
}
const given = (batch: number, d: number, lexical = 6) => ({
  inputs: minibatch('x', [batch, d]),
  counts: minibatch('counts', [batch, lexical]),
});
const lossOfHead = (head: HeadKind, batch: number, d: number, classes: number) =>
  crossEntropy(head.forward(given(batch, d), shapeOf(head, d, classes)).scores, targets('y', batch));

/** What is not learned: random, and a mask of ones. */
function fixedOf(head: HeadKind, d: number, classes: number): Record<string, Float64Array | Int8Array> {
  const random = seededRandom('fixed');
  const wholes = sourcesOf(lossOfHead(head, 1, d, classes), 'whole');
  const valuesOf = (name: string, size: number) =>
    name.endsWith('mask') ? new Float64Array(size).fill(1) : normals(size, random);
  const bytesOf = (size: number) => Int8Array.from(normals(size, random), (value) => 13 * value);
  return Object.fromEntries(
    wholes.map(({ name, dims, element }) => [
      name,
      element === 'int8' ? bytesOf(sizeOf(dims)) : valuesOf(name, sizeOf(dims)),
    ]),
  );
}

describe.each(headKinds)('the head $name', (head) => {
  it('gives a score for each row and class, and says in a line what it is', () => {
    const { scores, embedding, distance } = head.forward(given(5, 7), shapeOf(head, 7, 3));
    expect(scores.dims).toEqual([5, 3]);
    if (embedding) expect(embedding.dims).toEqual([5, 7]);
    if (distance) expect(distance.dims).toEqual([5, 1]);
    expect(movesEmbedding(head.name)).toBe(embedding !== undefined);
    expect(head.summary).toMatch(/^\S[^\n]{10,80}$/);
  });

  it('has parameters if and only if it is trained by gradient', () => {
    expect(sourcesOf(lossOfHead(head, 1, 4, 3), 'parameter').length > 0).toBe(head.trainable !== false);
  });
});

describe.each(headKinds.filter(({ trainable }) => trainable !== false))('the trainable head $name', (head) => {
  it('has the gradient of central differences in every parameter, to 1e-5 (float64)', async () => {
    for (const seed of [1, 2]) {
      const random = seededRandom('head', seed);
      const [batch, d, classes] = [2 + random.integer(4), 3 + random.integer(3), 2 + random.integer(4)];
      const data = {
        x: normals(batch * d, random),
        counts: Float64Array.from({ length: batch * 6 }, () => random.integer(3)),
        y: Int32Array.from({ length: batch }, () => random.integer(classes)),
        order: Int32Array.from({ length: batch }, (_, row) => row),
      };
      const errors = await gradientErrors({
        loss: lossOfHead(head, batch, d, classes),
        data: { ...data, ...fixedOf(head, d, classes) },
        seed,
      });
      expect(Object.keys(errors).length).toBeGreaterThan(0);
      for (const [name, error] of Object.entries(errors)) expect(error, name).toBeLessThan(1e-5);
    }
  });

  it('starts the same for the same seed, with finite numbers', () => {
    const training = trainingOf(head);
    const start = () => startingStates(training, seededRandom('start'));
    expect(start()).toEqual(start());
    for (const values of Object.values(start())) expect(values.every(Number.isFinite)).toBe(true);
  });

  it('learns a problem that can be learned, every parameter of it', async () => {
    const { vectors, targets: y } = clusters({ classes: [0, 1, 2], perClass: 32, noise: 0.4, seed: 1 });
    const training = trainingOf(head);
    const fixed = Object.fromEntries(
      Object.entries(fixedOf(head, dimension, 3)).map(([name, values]) => [
        name,
        values instanceof Int8Array ? values : Float32Array.from(values),
      ]),
    );
    const epoch = await openEpoch(training, 1);
    const start = startingStates(training, seededRandom('learns'));
    const order = Int32Array.from({ length: 96 }, (_, row) => row);
    let after = { loss: Number.NaN, states: start };
    for (let done = 0; done < 10; done++) {
      const request = {
        data: { x: vectors, counts: new Float32Array(96 * 6).fill(1), y, order, ...fixed },
        steps: 6,
        stepsBefore: done * 6,
        learningRate: constantRate(0.02),
      };
      after = await epoch.run({ ...request, states: after.states });
    }
    await epoch.close();
    expect(after.loss).toBeLessThan(0.1);
    for (const { name } of sourcesOf(training.loss, 'parameter')) expect(after.states[name]).not.toEqual(start[name]);
  });

  function trainingOf(own: HeadKind): Training {
    const loss = lossOfHead(own, 16, dimension, 3);
    return { loss, optimiser: adamW({ weightDecay: 0 }), clipping: noClipping, precision: 'float32' };
  }
});

describe('three epochs', () => {
  interface Reference {
    readonly features: number;
    readonly classes: number;
    readonly rank: number;
    readonly batch: number;
    readonly steps: number;
    readonly x: number[];
    readonly y: number[];
    readonly prior: number[];
    readonly cases: {
      readonly head: string;
      readonly rule: string;
      readonly start: Record<string, number[]>;
      readonly epochs: { order: number[]; losses: number[]; parameters: Record<string, number[]> }[];
    }[];
  }
  const reference = JSON.parse(readFileSync(new URL('reference/heads.json', import.meta.url), 'utf8')) as Reference;
  const momentum = sgd({ momentum: 0.9, weightDecay: 0 });
  const rules: Record<string, Pick<Training, 'optimiser' | 'clipping'>> = {
    adamW: { optimiser: adamW({ weightDecay: 0.1 }), clipping: noClipping },
    sgd: { optimiser: momentum, clipping: noClipping },
    'sgd, clipped': { optimiser: momentum, clipping: clipGlobalNorm(0.2) },
  };

  const tolerances: [Precision, number][] = [
    ['float64', 1e-12],
    ['float32', 2e-6],
  ];
  describe.each(tolerances)('in %s', (precision, tolerance) => {
    it.each(reference.cases)(
      `are PyTorch's: $head by $rule, losses and weights to ${tolerance} of their size`,
      async (wanted) => {
        const { batch, features, classes, steps } = reference;
        const floats = precision === 'float64' ? Float64Array : Float32Array;
        const shape = { dimension: features, lexical: 0, classes, rank: reference.rank };
        const { scores } = headKindNamed(wanted.head).forward(given(batch, features, 0), shape);
        const loss = crossEntropy(scores, targets('y', batch), { prior: whole('prior', [classes]) });
        const training: Training = { loss, ...rules[wanted.rule]!, precision };
        const data = {
          x: floats.from(reference.x),
          y: Int32Array.from(reference.y),
          prior: floats.from(reference.prior),
        };
        const epoch = await openEpoch(training, 1);
        let states: States = startingStates(training, seededRandom('unused'), wanted.start);
        for (const [index, { order, losses, parameters }] of wanted.epochs.entries()) {
          const learningRate = constantRate(0.05);
          const request = {
            data: { ...data, order: Int32Array.from(order) },
            steps,
            stepsBefore: index * steps,
            learningRate,
          };
          const after = await epoch.run({ ...request, states });
          expect(relativeError([after.loss], [losses.reduce((a, b) => a + b) / steps])).toBeLessThan(tolerance);
          for (const [name, values] of Object.entries(parameters))
            expect(relativeError(after.states[name]!, values), name).toBeLessThan(tolerance);
          states = after.states;
        }
        await epoch.close();
        expect(wanted.epochs).toHaveLength(3);
      },
    );
  });
});
