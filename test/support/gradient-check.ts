/**
 * Gradients of an expression as the training graph has them, and as central differences of its loss; both in float64.
 */
import { type Random, seededRandom } from '#espalier/core/random.js';
import { noClipping } from '#espalier/training/autodiff/clipping.js';
import { openEpoch, type States, startingStates, type Training } from '#espalier/training/autodiff/epoch.js';
import { type Expression, sizeOf, sourcesOf } from '#espalier/training/autodiff/expression.js';
import { constantRate } from '#espalier/training/autodiff/learning-rate.js';
import { sgd } from '#espalier/training/autodiff/optimiser.js';
import type { NativeArray } from '#espalier/training/native.js';
import { relativeError } from './dense.js';

const stepSize = 1e-5;

interface Point {
  readonly loss: Expression;
  /** Of the sources that are not parameters. */
  readonly data?: Readonly<Record<string, NativeArray>>;
  readonly seed: number;
}

/** Normal numbers, none so near to 0 that a difference could cross the kink of a ReLU. */
export function normals(length: number, random: Random): Float64Array {
  return Float64Array.from({ length }, () => random.normal()).map((value) => (Math.abs(value) < 0.01 ? 0.01 : value));
}

/**
 * Of each parameter, the largest difference of both gradients relative to the largest gradient. Parameters are drawn by
 * `seed`.
 */
export async function gradientErrors({ loss, data = {}, seed }: Point): Promise<Record<string, number>> {
  // Momentum that begins at zero is the gradient after one step, and a rate of zero leaves the parameters where they
  // are.
  const training: Training = {
    loss,
    optimiser: sgd({ momentum: 0, weightDecay: 0 }),
    clipping: noClipping,
    precision: 'float64',
  };
  const random = seededRandom('gradient check', seed);
  const parameters = sourcesOf(loss, 'parameter').map(({ name, dims }) => ({
    name,
    values: normals(sizeOf(dims), random),
  }));
  const states = startingStates(
    training,
    random,
    Object.fromEntries(parameters.map(({ name, values }) => [name, values])),
  );
  const epoch = await openEpoch(training, 1);
  const at = (moved: States) =>
    epoch.run({ data, states: { ...states, ...moved }, steps: 1, stepsBefore: 0, learningRate: constantRate(0) });
  const found = (await at({})).states;
  const errors: Record<string, number> = {};
  for (const { name, values } of parameters) {
    const wanted = new Float64Array(values.length);
    for (const index of wanted.keys()) {
      const moved = (by: number) => ({ [name]: values.with(index, values[index]! + by) });
      wanted[index] = ((await at(moved(stepSize))).loss - (await at(moved(-stepSize))).loss) / (2 * stepSize);
    }
    errors[name] = relativeError(found[`${name}_momentum`]!, wanted);
  }
  await epoch.close();
  return errors;
}
