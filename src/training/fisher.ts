/**
 * The diagonal of the Fisher information of a head, E over x and over y drawn from the head's own answers, of (d log
 * p(y|x) / d theta)^2: one gradient per example, squared and then averaged. (The square of an averaged gradient, or
 * labels in place of the head's own answers, give other quantities: Kunstner et al., "Limitations of the empirical
 * Fisher approximation", NeurIPS 2019.)
 */
import { pickWeighted, type Random, seededRandom } from '../core/random.js';
import { isMultiLabel, isRetired, taskOf } from './answers.js';
import { noClipping } from './autodiff/clipping.js';
import { add } from './autodiff/elementwise.js';
import { openEpoch, startingStates, type Training } from './autodiff/epoch.js';
import { type Expression, minibatch, sourcesOf, targets } from './autodiff/expression.js';
import { binaryCrossEntropy, crossEntropy } from './autodiff/losses.js';
import type { Optimiser } from './autodiff/optimiser.js';
import { joinData } from './data-of-loss.js';
import { scoresOf } from './heads/head-graph.js';
import { formulaOf } from './heads.js';
import { type Head, maskedScore, type TrainingJob } from './job.js';
import type { NativeArray } from './native.js';
import type { Problem } from './problem.js';

/** Leaves the parameters unchanged, and sums rate * gradient^2. */
const squaredGradients: Optimiser = {
  states: ['square'],
  numbers: ['share'],
  numbersAt: (_, share) => ({ share }),
  update({ node }, { value, gradient, states, numbers }) {
    const share = node('Mul', [node('Mul', [gradient, gradient]), numbers.share!]);
    return { value, states: { square: node('Add', [states.square!, share]) } };
  },
};

/**
 * The diagonal over the fresh examples, by parameter name. Answers are drawn from the head's own probabilities, once
 * for each example.
 */
export async function fisherDiagonal(
  { kind, job, data: known }: Problem,
  head: Head,
): Promise<Record<string, Float32Array>> {
  const { settings, fresh } = job;
  const count = fresh.targets.length;
  const own = await scoresOf(head, fresh.vectors, settings.threads);
  const likelihood = likelihoodOf(job, own);
  const loss = likelihood.loss(formulaOf(kind, head.shape).scores);
  const training: Training = { loss, optimiser: squaredGradients, clipping: noClipping, precision: 'float32' };
  const tensors = Object.fromEntries(Object.entries(head.tensors).map(([name, tensor]) => [name, tensor.data]));
  const states = startingStates(training, seededRandom(settings.seed, 'fisher'), tensors);
  const { temperature } = head.tensors;
  const softness = temperature && { temperature: temperature.data as Float32Array };
  const order = Int32Array.from({ length: count }, (_, row) => row);
  const epoch = await openEpoch(training, settings.threads);
  try {
    const data = joinData(known, softness, likelihood.data, { order });
    const request = { data, states, steps: count, stepsBefore: 0, learningRate: () => 1 / count };
    const after = await epoch.run(request);
    return Object.fromEntries(
      sourcesOf(loss, 'parameter').map(({ name }) => [name, after.states[`${name}_square`] as Float32Array]),
    );
  } finally {
    await epoch.close();
  }
}

interface Likelihood {
  /** -log p of the answers, for a minibatch of one example. */
  loss(scores: Expression): Expression;
  readonly data: Readonly<Record<string, NativeArray>>;
}

/**
 * Draws answers from the head's own probabilities: one of the classes that compete, and each label of a multi-label
 * task independently.
 */
function likelihoodOf(job: TrainingJob, own: Float32Array): Likelihood {
  const { classes, settings, tasks, fresh } = job;
  const random = seededRandom(settings.seed, 'answers');
  if ((job.multiLabel?.length ?? 0) === 0 && new Set(tasks).size < 2 && !job.retired?.length) {
    const answers = drawAnswers(own, classes.length, random);
    return { loss: (scores) => crossEntropy(scores, targets('answers', 1)), data: { answers } };
  }
  // As in the loss, an example concerns only its own task, and so moves no weight of another.
  const isAsked = (row: number, index: number) =>
    tasks[index] === taskOf(job, fresh.targets[row]!) && !isRetired(job, index);
  const isFree = (row: number) => isMultiLabel(job, taskOf(job, fresh.targets[row]!));
  const each = (numberAt: (row: number, index: number) => number) =>
    Float32Array.from(own, (_, at) => numberAt(Math.floor(at / classes.length), at % classes.length));
  const competing = each((row, index) => (isAsked(row, index) ? 0 : maskedScore));
  const data = {
    competing,
    answers: drawAnswers(
      own.map((score, at) => score + competing[at]!),
      classes.length,
      random,
    ),
    ofOneLabel: Float32Array.from(fresh.targets, (_, row) => (isFree(row) ? 0 : 1)),
    drawn: own.map((score) => (random.uniform() < 1 / (1 + Math.exp(-score)) ? 1 : 0)),
    free: each((row, index) => (isFree(row) && isAsked(row, index) ? 1 : 0)),
  };
  const row = (name: string, columns: number) => minibatch(name, [1, columns]);
  const loss = (scores: Expression) =>
    add(
      crossEntropy(scores, targets('answers', 1), {
        prior: row('competing', classes.length),
        weights: row('ofOneLabel', 1),
      }),
      binaryCrossEntropy(scores, row('drawn', classes.length), row('free', classes.length)),
    );
  return { loss, data };
}

function drawAnswers(scores: Float32Array, classes: number, random: Random): Int32Array {
  return Int32Array.from({ length: scores.length / classes }, (_, row) => {
    const own = scores.subarray(row * classes, (row + 1) * classes);
    const largest = own.reduce((a, b) => Math.max(a, b));
    const powers = own.map((score) => Math.exp(score - largest));
    return pickWeighted(powers, random);
  });
}
