/** An epoch as one graph: rows, losses, states. */
import { describe, expect, it } from 'vitest';
import { seededRandom } from '#espalier/core/random.js';
import { noClipping } from '#espalier/training/autodiff/clipping.js';
import { add, multiply } from '#espalier/training/autodiff/elementwise.js';
import { openEpoch, type States, startingStates, type Training } from '#espalier/training/autodiff/epoch.js';
import {
  constant,
  type Expression,
  minibatch,
  normal,
  parameter,
  stepwise,
  targets,
  whole,
} from '#espalier/training/autodiff/expression.js';
import { constantRate } from '#espalier/training/autodiff/learning-rate.js';
import { crossEntropy } from '#espalier/training/autodiff/losses.js';
import { matmul, mean, sum } from '#espalier/training/autodiff/matrices.js';
import { adamW, sgd } from '#espalier/training/autodiff/optimiser.js';
import { linearHead } from '#espalier/training/heads/linear.js';
import { relativeError } from '../support/dense.js';

const shape = { features: 5, classes: 4, batch: 6 };
const random = seededRandom('one step');
const normals = (length: number) => Float32Array.from({ length }, () => random.normal());
const x = normals(10 * shape.features);
const y = Int32Array.from({ length: 10 }, () => random.integer(shape.classes));
const [weight, bias, prior] = [normals(shape.features * shape.classes), normals(shape.classes), normals(shape.classes)];
const learningRate = constantRate(0.1);

/** Softmax regression on top of the class prior, by AdamW. */
function softmaxTraining(weightDecay: number): Training {
  const { features, classes, batch } = shape;
  const { scores } = linearHead.forward(
    { inputs: minibatch('x', [batch, features]), counts: minibatch('counts', [batch, 0]) },
    { dimension: features, lexical: 0, classes },
  );
  const loss = crossEntropy(scores, targets('y', batch), { prior: whole('prior', [classes]) });
  return { loss, optimiser: adamW({ weightDecay }), clipping: noClipping, precision: 'float32' };
}

async function run(training: Training, order: readonly number[], steps: number, stepsBefore = 0, from?: States) {
  const epoch = await openEpoch(training, 1);
  const states = from ?? startingStates(training, seededRandom('epoch'), { weight, bias });
  const result = await epoch.run({
    data: { x, y, prior, order: Int32Array.from(order) },
    states,
    steps,
    stepsBefore,
    learningRate,
  });
  await epoch.close();
  return result;
}

describe('one step of softmax regression', () => {
  const order = [3, 1, 4, 1, 5, 9];
  const training = softmaxTraining(0);

  /** Mean cross-entropy of the minibatch, in float64. */
  function lossAt(w: ArrayLike<number>, b: ArrayLike<number>): number {
    const losses = order.map((row) => {
      const scores = Array.from({ length: shape.classes }, (_, column) => {
        let total = b[column]! + prior[column]!;
        for (let k = 0; k < shape.features; k++) total += x[row * shape.features + k]! * w[k * shape.classes + column]!;
        return total;
      });
      return Math.log(scores.reduce((total, score) => total + Math.exp(score), 0)) - scores[y[row]!]!;
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
    expect((await run(training, order, 1)).loss).toBeCloseTo(lossAt(weight, bias), 5);
  });

  it('has the gradient of the plain formula: from moments of zero, the first moment is the gradient', async () => {
    const { states } = await run(training, order, 1);
    const [ofWeight, ofBias] = [
      differences(weight, (w) => lossAt(w, bias)),
      differences(bias, (b) => lossAt(weight, b)),
    ];
    expect(relativeError(states.weight_m!, ofWeight)).toBeLessThan(1e-6);
    expect(relativeError(states.bias_m!, ofBias)).toBeLessThan(1e-6);
  });
});

describe('several steps', () => {
  const training = softmaxTraining(0.1);
  const orders = [
    [0, 1, 2, 3, 4, 5],
    [6, 7, 8, 9, 0, 1],
    [5, 5, 2, 2, 8, 1],
  ];

  it('in one call are those of one call each, bit for bit, and the loss is their mean', async () => {
    const together = await run(training, orders.flat(), 3);
    let apart = await run(training, orders[0]!, 1);
    const losses = [apart.loss];
    for (const index of [1, 2]) {
      apart = await run(training, orders[index]!, 1, index, apart.states);
      losses.push(apart.loss);
    }
    expect(together.states).toEqual(apart.states);
    expect(together.loss).toBeCloseTo(losses.reduce((a, b) => a + b) / 3, 6);
  });

  it('read what the host has made for each of them', async () => {
    const loss = sum(multiply(stepwise('given', [2]), parameter('p', [2])));
    const own: Training = {
      loss,
      optimiser: sgd({ momentum: 1, weightDecay: 0 }),
      clipping: noClipping,
      precision: 'float64',
    };
    const epoch = await openEpoch(own, 1);
    const data = { given: Float64Array.of(1, 2, 10, 20, 100, 200) };
    const { states } = await epoch.run({
      data,
      states: startingStates(own, random),
      steps: 3,
      stepsBefore: 0,
      learningRate,
    });
    await epoch.close();
    expect([...states.p_momentum!]).toEqual([111, 222]);
  });
});

describe('the states at the start', () => {
  const loss = mean(add(parameter('drawn', [2, 3], normal(0.5)), parameter('empty', [3])));
  const training: Training = { loss, optimiser: adamW({ weightDecay: 0 }), clipping: noClipping, precision: 'float32' };

  it('are as the parameters say, what the optimiser carries zero', () => {
    const states = startingStates(training, seededRandom('a'));
    expect(Object.keys(states).sort()).toEqual(['drawn', 'drawn_m', 'drawn_v', 'empty', 'empty_m', 'empty_v']);
    expect(new Set(states.drawn).size).toBe(6);
    for (const name of ['drawn_m', 'drawn_v', 'empty', 'empty_m', 'empty_v'])
      expect(states[name]!.every((value) => value === 0)).toBe(true);
  });

  it('are as they are known to be', () => {
    expect([...startingStates(training, seededRandom('a'), { empty: [1, 2, 3] }).empty!]).toEqual([1, 2, 3]);
  });
});

describe('a mistake is named', () => {
  const opened = (loss: Expression) =>
    openEpoch({ loss, optimiser: sgd({ momentum: 0, weightDecay: 0 }), clipping: noClipping, precision: 'float32' }, 1);

  it('when one parameter has two shapes', async () => {
    const loss = sum(matmul(parameter('w', [2, 3]), parameter('w', [3, 2])));
    await expect(opened(loss)).rejects.toThrow('parameter w is [2, 3] and [3, 2]');
  });

  it('when one order draws minibatches of two sizes', async () => {
    const scores = matmul(minibatch('x', [4, 3]), parameter('w', [3, 2]));
    const loss = add(crossEntropy(scores, targets('y', 4)), sum(minibatch('z', [5, 1])));
    await expect(opened(loss)).rejects.toThrow('z has 5 rows of order, another has 4');
  });

  it('when data is missing', async () => {
    const loss = sum(multiply(minibatch('x', [1, 1]), parameter('w', [1, 1])));
    const epoch = await opened(add(loss, sum(constant([1], [1]))));
    const states = { w: Float32Array.of(1), w_momentum: Float32Array.of(0) };
    await expect(epoch.run({ data: {}, states, steps: 1, stepsBefore: 0, learningRate })).rejects.toThrow(
      'the epoch needs `x`',
    );
    await epoch.close();
  });
});
