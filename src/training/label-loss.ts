/**
 * The loss of a minibatch's labels: cross-entropy over the classes of an example's own task if those exclude each
 * other, and in a multi-label task the mean over its labels of their binary cross-entropies. Retired classes take part
 * in neither. The loss of an example counts by its weight.
 */
import { classesOf, isMultiLabel, isRetired, taskOf } from './answers.js';
import { add, multiply } from './autodiff/elementwise.js';
import { type Expression, minibatch, targets, whole } from './autodiff/expression.js';
import { binaryCrossEntropy, type CrossEntropyOptions, crossEntropy } from './autodiff/losses.js';
import { gatherRows } from './autodiff/matrices.js';
import { type DataOfLoss, joinData } from './data-of-loss.js';
import { maskedScore, type TrainingJob } from './job.js';
import { weightAt } from './rows.js';

export interface LabelLossOptions extends CrossEntropyOptions {
  /** [classes] 0 for labels of multi-label tasks that the loss ignores, else 1; absent if it ignores none. */
  readonly asked?: Expression;
}

/** @param size rows of the minibatch. @param order name of its order */
export type LabelLoss = (
  scores: Expression,
  drawn: { readonly size: number; readonly order: string },
  options?: LabelLossOptions,
) => Expression;

/** A loss and its data. */
interface LossAndData {
  readonly loss: LabelLoss;
  readonly data: DataOfLoss;
}

/**
 * The data are `y` [n], the targets of the fresh and then the replayed examples, the tables that interpret them, and
 * `exampleWeights` [n, 1] if some example counts otherwise than once.
 */
export function labelLoss(job: TrainingJob): LossAndData {
  const { fresh, replayed } = job;
  const y = Int32Array.from([...fresh.targets, ...replayed.targets]);
  const { loss, data } = lossOfTargets(job, y);
  const exampleWeights = Float32Array.from(y, (_, row) => {
    const place = row - fresh.targets.length;
    return place < 0 ? weightAt(fresh, row) : weightAt(replayed, place);
  });
  if (exampleWeights.every((weight) => weight === 1)) return { loss, data: joinData({ y }, data) };
  return {
    loss: (scores, drawn, options) =>
      loss(scores, drawn, withWeights(options, minibatch('exampleWeights', [drawn.size, 1], drawn.order))),
    data: joinData({ y, exampleWeights }, data),
  };
}

/** The options, with rows that count by these weights too. @param weights [batch, 1] */
function withWeights(options: LabelLossOptions | undefined, weights: Expression): LabelLossOptions {
  return { ...options, weights: options?.weights ? multiply(options.weights, weights) : weights };
}

function lossOfTargets(job: TrainingJob, y: Int32Array): LossAndData {
  const kinds = new Set(Array.from(job.tasks, (task) => isMultiLabel(job, task)));
  if (!kinds.has(true)) return exclusiveLoss(job, y);
  const independent = independentLoss(job);
  if (!kinds.has(false)) return independent;
  const classes = job.classes.length;
  const label = y.map((target) => (target < classes ? target : 0));
  const exclusive = exclusiveLoss(job, y, 'label');
  return {
    data: joinData(
      { exclusive: Float32Array.from(y, (target) => (target < classes ? 1 : 0)), label },
      exclusive.data,
      independent.data,
    ),
    loss(scores, drawn, options) {
      const isExclusive = minibatch('exclusive', [drawn.size, 1], drawn.order);
      return add(
        exclusive.loss(scores, drawn, withWeights(options, isExclusive)),
        independent.loss(scores, drawn, options),
      );
    },
  };
}

/** With a single task and no retired class there is no mask. @param labels name of the data that contain the targets */
function exclusiveLoss(job: TrainingJob, y: Int32Array, labels = 'y'): LossAndData {
  const { tasks, classes } = job;
  const names = [...new Set(tasks)];
  if (names.length < 2 && !job.retired?.length) {
    return {
      data: {},
      loss: (scores, { size, order }, { asked: _, ...options } = {}) =>
        crossEntropy(scores, targets(labels, size, order), options),
    };
  }
  const task = y.map((target) => names.indexOf(taskOf(job, target)));
  const taskMask = Float32Array.from({ length: names.length * classes.length }, (_, index) => {
    const own = index % classes.length;
    const competes = tasks[own] === names[Math.floor(index / classes.length)] && !isRetired(job, own);
    return competes ? 0 : maskedScore;
  });
  return {
    data: { task, taskMask },
    loss(scores, { size, order }, { asked: _, ...options } = {}) {
      const mask = gatherRows(whole('taskMask', [names.length, classes.length]), targets('task', size, order));
      const prior = options.prior ? add(mask, options.prior) : mask;
      return crossEntropy(scores, targets(labels, size, order), { ...options, prior });
    },
  };
}

function independentLoss(job: TrainingJob): LossAndData {
  const { classes, tasks, sets = [] } = job;
  const dims = [classes.length + sets.length, classes.length];
  const [truth, counted] = [new Float32Array(dims[0]! * dims[1]!), new Float32Array(dims[0]! * dims[1]!)];
  for (const [number, { task }] of sets.entries()) {
    const target = classes.length + number;
    for (const own of classesOf(job, target)) truth[target * classes.length + own] = 1;
    const asked = [...tasks.keys()].filter((one) => tasks[one] === task && !isRetired(job, one));
    for (const one of asked) counted[target * classes.length + one] = 1 / asked.length;
  }
  return {
    data: { truth, counted },
    loss(scores, { size, order }, { asked, weights } = {}) {
      const answers = targets('y', size, order);
      const factors = [asked, weights].filter((factor) => factor !== undefined);
      const shares = factors.reduce(multiply, gatherRows(whole('counted', dims), answers));
      return binaryCrossEntropy(scores, gatherRows(whole('truth', dims), answers), shares);
    },
  };
}
