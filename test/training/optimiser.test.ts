/**
 * Update rules, clipping and schedules against their closed forms. Whole runs against PyTorch: trainable-heads.test.ts.
 */
import { describe, expect, it } from 'vitest';
import { seededRandom } from '#espalier/core/random.js';
import { type Clipping, clipGlobalNorm, noClipping } from '#espalier/training/autodiff/clipping.js';
import { add, multiply } from '#espalier/training/autodiff/elementwise.js';
import { openEpoch, startingStates, type Training } from '#espalier/training/autodiff/epoch.js';
import { constant, parameter } from '#espalier/training/autodiff/expression.js';
import { constantRate, cosineRate, type LearningRate, withWarmUp } from '#espalier/training/autodiff/learning-rate.js';
import { sum } from '#espalier/training/autodiff/matrices.js';
import { adamW, type Optimiser, sgd } from '#espalier/training/autodiff/optimiser.js';
import { relativeError } from '../support/dense.js';

const gradients = { a: [3, -0.5], b: [-4] };
const start = { a: [0.2, -0.7], b: [1.5] };
// Its gradient is the same everywhere.
const loss = add(
  sum(multiply(parameter('a', [2]), constant(gradients.a, [2]))),
  sum(multiply(parameter('b', [1]), constant(gradients.b, [1]))),
);

interface Steps {
  readonly optimiser: Optimiser;
  readonly clipping?: Clipping;
  readonly learningRate: LearningRate;
  readonly steps: number;
}

async function after({ optimiser, clipping = noClipping, learningRate, steps }: Steps) {
  const training: Training = { loss, optimiser, clipping, precision: 'float64' };
  const epoch = await openEpoch(training, 1);
  const states = startingStates(training, seededRandom('optimiser'), start);
  const result = await epoch.run({ data: {}, states, steps, stepsBefore: 0, learningRate });
  await epoch.close();
  return result.states;
}

const plain = sgd({ momentum: 0.9, weightDecay: 0 });

describe('AdamW', () => {
  it('moves every number by the learning rate against the sign of its gradient, as long as that stays the same', async () => {
    const { a, b } = await after({ optimiser: adamW({ weightDecay: 0 }), learningRate: constantRate(0.1), steps: 3 });
    expect(relativeError(a!, [0.2 - 0.3, -0.7 + 0.3])).toBeLessThan(1e-6);
    expect(relativeError(b!, [1.5 + 0.3])).toBeLessThan(1e-6);
  });

  it('keeps scaled moments: m / (1 - beta1) and v / (1 - beta2)', async () => {
    const { a_m, a_v } = await after({
      optimiser: adamW({ weightDecay: 0 }),
      learningRate: constantRate(0.1),
      steps: 2,
    });
    const scaled = (power: (g: number) => number, beta: number) => gradients.a.map((g) => power(g) * (1 + beta));
    expect(
      relativeError(
        a_m!,
        scaled((g) => g, 0.9),
      ),
    ).toBeLessThan(1e-14);
    expect(
      relativeError(
        a_v!,
        scaled((g) => g * g, 0.999),
      ),
    ).toBeLessThan(1e-14);
  });

  it('decays weights apart from the gradient, by learning rate times decay', async () => {
    const { b } = await after({ optimiser: adamW({ weightDecay: 0.5 }), learningRate: constantRate(0.1), steps: 1 });
    expect(relativeError(b!, [1.5 * (1 - 0.05) + 0.1])).toBeLessThan(1e-6);
  });
});

describe('SGD with momentum', () => {
  it('sums gradients as a geometric series', async () => {
    const { b, b_momentum } = await after({ optimiser: plain, learningRate: constantRate(0.01), steps: 3 });
    expect(relativeError(b_momentum!, [-4 * (1 + 0.9 + 0.81)])).toBeLessThan(1e-14);
    expect(relativeError(b!, [1.5 + 0.01 * 4 * (1 + 1.9 + 2.71)])).toBeLessThan(1e-14);
  });

  it('decays weights apart from the gradient', async () => {
    const { b } = await after({
      optimiser: sgd({ momentum: 0, weightDecay: 0.5 }),
      learningRate: constantRate(0.1),
      steps: 2,
    });
    const once = 1.5 * 0.95 + 0.4;
    expect(relativeError(b!, [once * 0.95 + 0.4])).toBeLessThan(1e-14);
  });

  it('takes the learning rate of each step from the schedule', async () => {
    const optimiser = sgd({ momentum: 0, weightDecay: 0 });
    const { b } = await after({ optimiser, learningRate: (step) => [0.1, 0.02, 0.003][step]!, steps: 3 });
    expect(relativeError(b!, [1.5 + 4 * 0.123])).toBeLessThan(1e-14);
  });
});

describe('clipping by the global norm', () => {
  const norm = Math.hypot(...gradients.a, ...gradients.b);
  const clipped = (limit: number) =>
    after({ optimiser: plain, clipping: clipGlobalNorm(limit), learningRate: constantRate(0.1), steps: 1 });

  it('shortens all gradients by one factor', async () => {
    const { a_momentum, b_momentum } = await clipped(2);
    const factor = 2 / (norm + 1e-6);
    expect(relativeError([...a_momentum!, ...b_momentum!], [3 * factor, -0.5 * factor, -4 * factor])).toBeLessThan(
      1e-14,
    );
  });

  it('leaves gradients within the limit as they are', async () => {
    const { a_momentum, b_momentum } = await clipped(norm + 0.01);
    expect([...a_momentum!, ...b_momentum!]).toEqual([3, -0.5, -4]);
  });
});

describe('a schedule', () => {
  const at = (rate: LearningRate, ...steps: number[]) => steps.map(rate);

  it('is constant', () => {
    expect(at(constantRate(0.3), 0, 7, 1e6)).toEqual([0.3, 0.3, 0.3]);
  });

  it('falls along half a cosine, and stays at 0', () => {
    const found = at(cosineRate(0.4, 100), 0, 25, 50, 75, 100, 150);
    expect(relativeError(found, [0.4, 0.2 + 0.2 * Math.SQRT1_2, 0.2, 0.2 - 0.2 * Math.SQRT1_2, 0, 0])).toBeLessThan(
      1e-15,
    );
  });

  it('rises in a line to the start of what comes then', () => {
    expect(
      relativeError(at(withWarmUp(cosineRate(0.4, 10), 4), 0, 1, 2, 3, 4, 9, 14), [0.1, 0.2, 0.3, 0.4, 0.4, 0.2, 0]),
    ).toBeLessThan(1e-15);
  });

  it('without warm-up steps begins at once', () => {
    expect(at(withWarmUp(constantRate(0.2), 0), 0)).toEqual([0.2]);
  });
});
