/**
 * The diagonal of the Fisher information of a head, E over x and over y as the head itself would answer, of (d log p(y|x) / d theta)^2: one
 * gradient an example, squared and then averaged. (The square of an averaged gradient, or labels in place of the head's own answers, are
 * other quantities: Kunstner et al., "Limitations of the empirical Fisher approximation", NeurIPS 2019.)
 */
import { pickWeighted, type Random, seededRandom } from '../core/random.js';
import { noClipping } from './autodiff/clipping.js';
import { openEpoch, startingStates, type Training } from './autodiff/epoch.js';
import { sourcesOf, targets } from './autodiff/expression.js';
import { crossEntropy } from './autodiff/losses.js';
import type { Optimiser } from './autodiff/optimiser.js';
import { scoresOf } from './heads/head-graph.js';
import { formulaOf } from './heads.js';
import type { Head } from './job.js';
import type { Problem } from './problem.js';

/** Leaves the parameters where they are, and sums rate * gradient^2. */
const squaredGradients: Optimiser = {
  states: ['square'],
  numbers: ['share'],
  numbersAt: (_, share) => ({ share }),
  update({ node }, { value, gradient, states, numbers }) {
    const share = node('Mul', [node('Mul', [gradient, gradient]), numbers.share!]);
    return { value, states: { square: node('Add', [states.square!, share]) } };
  },
};

/** Over the fresh examples, by parameter name. Answers are drawn from the head's own probabilities, once for each example. */
export async function fisherDiagonal({ kind, job, data }: Problem, head: Head): Promise<Record<string, Float32Array>> {
  const { settings, fresh, classes } = job;
  const count = fresh.targets.length;
  const { scores } = formulaOf(kind, head.shape);
  const loss = crossEntropy(scores, targets('answers', 1));
  const training: Training = { loss, optimiser: squaredGradients, clipping: noClipping, precision: 'float32' };
  const known = Object.fromEntries(Object.entries(head.tensors).map(([name, tensor]) => [name, tensor.data]));
  const states = startingStates(training, seededRandom(settings.seed, 'fisher'), known);
  const own = await scoresOf(head, fresh.vectors, settings.threads);
  const answers = drawAnswers(own, classes.length, seededRandom(settings.seed, 'answers'));
  const order = Int32Array.from({ length: count }, (_, row) => row);
  const epoch = await openEpoch(training, settings.threads);
  try {
    const request = { data: { ...data, answers, order }, states, steps: count, stepsBefore: 0, learningRate: () => 1 / count };
    const after = await epoch.run(request);
    return Object.fromEntries(sourcesOf(loss, 'parameter').map(({ name }) => [name, after.states[`${name}_square`] as Float32Array]));
  } finally {
    await epoch.close();
  }
}

function drawAnswers(scores: Float32Array, classes: number, random: Random): Int32Array {
  return Int32Array.from({ length: scores.length / classes }, (_, row) => {
    const own = scores.subarray(row * classes, (row + 1) * classes);
    const largest = own.reduce((a, b) => Math.max(a, b));
    const powers = own.map((score) => Math.exp(score - largest));
    return pickWeighted(powers, random);
  });
}
