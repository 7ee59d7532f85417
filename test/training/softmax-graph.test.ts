/** The training graph against the plain formula, finite differences, and PyTorch. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '#espalier/core/random.js';
import { compile, type NativeInput } from '#espalier/training/native.js';
import { scheduleOf } from '#espalier/training/softmax.js';
import { dimsOf, type SoftmaxShape, type SoftmaxState, softmaxEpoch, softmaxStates } from '#espalier/training/softmax-graph.js';
import { settingsWith } from '../support/declaration.js';
import { relativeError } from '../support/dense.js';

type States = Record<SoftmaxState, Float32Array>;

interface Epoch {
  readonly shape: SoftmaxShape;
  readonly x: Float32Array;
  readonly y: Int32Array;
  readonly prior: Float32Array;
  /** Rows of all steps. */
  readonly order: readonly number[];
  readonly states: States;
  readonly schedule: Readonly<Record<'rate' | 'epsilon' | 'decay', NativeInput>>;
}

async function runEpoch({ shape, x, y, prior, order, states, schedule }: Epoch): Promise<{ loss: number; states: States }> {
  const epoch = await compile(softmaxEpoch(shape), 1);
  const results = await epoch.run({
    x: { data: x, dims: [y.length, shape.features] },
    y: { data: y, dims: [y.length] },
    prior: { data: prior, dims: [shape.classes] },
    order: { data: Int32Array.from(order), dims: [order.length / shape.batch, shape.batch] },
    ...schedule,
    ...Object.fromEntries(softmaxStates.map((state) => [state, { data: states[state], dims: dimsOf(state, shape) }])),
  });
  await epoch.close();
  const next = Object.fromEntries(softmaxStates.map((state) => [state, results[`next_${state}`]])) as States;
  return { loss: (results.loss as Float32Array)[0]!, states: next };
}

/** Moments of zero. */
function statesOf(weight: Float32Array, bias: Float32Array): States {
  const zeros = (like: Float32Array) => new Float32Array(like.length);
  return { weight, bias, weight_m: zeros(weight), bias_m: zeros(bias), weight_v: zeros(weight), bias_v: zeros(bias) };
}

describe('one step', () => {
  const shape: SoftmaxShape = { features: 5, classes: 4, batch: 6 };
  const random = seededRandom('one step');
  const normals = (length: number) => Float32Array.from({ length }, random.normal);
  const x = normals(10 * shape.features);
  const y = Int32Array.from({ length: 10 }, () => random.integer(shape.classes));
  const [weight, bias, prior] = [normals(shape.features * shape.classes), normals(shape.classes), normals(shape.classes)];
  const order = [3, 1, 4, 1, 5, 9];
  const schedule = scheduleOf(settingsWith({ learningRate: 0.1, weightDecay: 0 }), 0, 1);
  const run = () => runEpoch({ shape, x, y, prior, order, states: statesOf(weight, bias), schedule });

  /** Mean cross-entropy of the minibatch, in float64. */
  function lossAt(w: ArrayLike<number>, b: ArrayLike<number>): number {
    const losses = order.map((row) => {
      const scores = Array.from({ length: shape.classes }, (_, column) => {
        let sum = b[column]! + prior[column]!;
        for (let k = 0; k < shape.features; k++) sum += x[row * shape.features + k]! * w[k * shape.classes + column]!;
        return sum;
      });
      return Math.log(scores.reduce((sum, score) => sum + Math.exp(score), 0)) - scores[y[row]!]!;
    });
    return losses.reduce((a, c) => a + c) / losses.length;
  }

  function differences(values: Float32Array, loss: (values: Float64Array) => number): Float64Array {
    return Float64Array.from(values, (_, index) => {
      const moved = (by: number) => Float64Array.from(values, (value, at) => (at === index ? value + by : value));
      return (loss(moved(1e-5)) - loss(moved(-1e-5))) / 2e-5;
    });
  }

  it('has the loss of the plain formula, a row that is drawn twice counted twice', async () => {
    expect((await run()).loss).toBeCloseTo(lossAt(weight, bias), 5);
  });

  it('has the gradient of finite differences: from moments of zero, the first moment is the gradient', async () => {
    const { states } = await run();
    expect(
      relativeError(
        states.weight_m,
        differences(weight, (w) => lossAt(w, bias)),
      ),
    ).toBeLessThan(1e-6);
    expect(
      relativeError(
        states.bias_m,
        differences(bias, (b) => lossAt(weight, b)),
      ),
    ).toBeLessThan(1e-6);
  });

  it('keeps the squared gradient as the second moment', async () => {
    const { states } = await run();
    expect(
      relativeError(
        states.weight_v,
        states.weight_m.map((value) => value * value),
      ),
    ).toBeLessThan(1e-6);
    expect(
      relativeError(
        states.bias_v,
        states.bias_m.map((value) => value * value),
      ),
    ).toBeLessThan(1e-6);
  });

  it('moves every weight by the learning rate against the sign of its gradient, as a first step of Adam does', async () => {
    const { states } = await run();
    const moves = states.weight.map((value, index) => value - weight[index]!);
    expect(
      relativeError(
        moves,
        states.weight_m.map((value) => -0.1 * Math.sign(value)),
      ),
    ).toBeLessThan(1e-4);
  });
});

describe('three epochs of AdamW', () => {
  interface Reference {
    readonly features: number;
    readonly classes: number;
    readonly batch: number;
    readonly learningRate: number;
    readonly weightDecay: number;
    readonly x: number[];
    readonly y: number[];
    readonly weight: number[];
    readonly bias: number[];
    readonly prior: number[];
    readonly epochs: { order: number[]; losses: number[]; weight: number[]; bias: number[] }[];
  }
  const reference = JSON.parse(readFileSync(new URL('reference/softmax_adamw.json', import.meta.url), 'utf8')) as Reference;

  it("are PyTorch's: losses and weights to 2e-6 of their size (float32)", async () => {
    const { learningRate, weightDecay } = reference;
    const settings = settingsWith({ learningRate, weightDecay });
    let states = statesOf(Float32Array.from(reference.weight), Float32Array.from(reference.bias));
    let steps = 0;
    for (const wanted of reference.epochs) {
      const result = await runEpoch({
        shape: reference,
        x: Float32Array.from(reference.x),
        y: Int32Array.from(reference.y),
        prior: Float32Array.from(reference.prior),
        order: wanted.order,
        states,
        schedule: scheduleOf(settings, steps, wanted.losses.length),
      });
      expect(relativeError([result.loss], [wanted.losses.reduce((a, b) => a + b)])).toBeLessThan(2e-6);
      expect(relativeError(result.states.weight, wanted.weight)).toBeLessThan(2e-6);
      expect(relativeError(result.states.bias, wanted.bias)).toBeLessThan(2e-6);
      states = result.states;
      steps += wanted.losses.length;
    }
    expect(steps).toBe(9);
  });
});
