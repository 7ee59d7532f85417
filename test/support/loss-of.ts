import { seededRandom } from '#espalier/core/random.js';
import { noClipping } from '#espalier/training/autodiff/clipping.js';
import { add } from '#espalier/training/autodiff/elementwise.js';
import { openEpoch, startingStates, type Training } from '#espalier/training/autodiff/epoch.js';
import { type Expression, parameter } from '#espalier/training/autodiff/expression.js';
import { constantRate } from '#espalier/training/autodiff/learning-rate.js';
import { sgd } from '#espalier/training/autodiff/optimiser.js';
import type { NativeArray } from '#espalier/training/native.js';

/** The value of a scalar expression without parameters, in float64. */
export async function lossOf(value: Expression, data: Readonly<Record<string, NativeArray>> = {}): Promise<number> {
  // A training needs something to train: a zero that is added.
  const loss = add(value, parameter('nothing', []));
  const training: Training = {
    loss,
    optimiser: sgd({ momentum: 0, weightDecay: 0 }),
    clipping: noClipping,
    precision: 'float64',
  };
  const epoch = await openEpoch(training, 1);
  const states = startingStates(training, seededRandom('loss of'));
  const result = await epoch.run({ data, states, steps: 1, stepsBefore: 0, learningRate: constantRate(0) });
  await epoch.close();
  return result.loss;
}
