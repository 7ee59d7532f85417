/**
 * What the labels of a minibatch ask for: cross-entropy over the classes of an example's own task, where those exclude each other, and in
 * a multi-label task the mean over its labels of their binary cross-entropies.
 */
import { classesOf, isMultiLabel, taskOf } from './answers.js';
import { add, multiply } from './autodiff/elementwise.js';
import { type Expression, minibatch, targets, whole } from './autodiff/expression.js';
import { binaryCrossEntropy, type CrossEntropyOptions, crossEntropy } from './autodiff/losses.js';
import { gatherRows } from './autodiff/matrices.js';
import { outOfCompetition, type TrainingJob } from './job.js';
import type { NativeArray } from './native.js';

export interface LabelLossOptions extends CrossEntropyOptions {
  /** [classes] 0 for labels of multi-label tasks that are not asked about, else 1; all are, where it is absent. */
  readonly asked?: Expression;
}

/** @param size rows of the minibatch. @param order the name of its order */
export type LabelLoss = (
  scores: Expression,
  drawn: { readonly size: number; readonly order: string },
  options?: LabelLossOptions,
) => Expression;

/** Adds what the loss needs to the data: `y` [n], the targets of the fresh and then the replayed examples, and what they stand for. */
export function labelLoss(job: TrainingJob, data: Record<string, NativeArray>): LabelLoss {
  const all = Int32Array.from([...job.fresh.targets, ...job.replayed.targets]);
  data.y = all;
  const kinds = new Set(Array.from(job.tasks, (task) => isMultiLabel(job, task)));
  if (!kinds.has(true)) return exclusiveLoss(job, data);
  const independent = independentLoss(job, data);
  if (!kinds.has(false)) return independent;
  const classes = job.classes.length;
  data.exclusive = Float32Array.from(all, (target) => (target < classes ? 1 : 0));
  data.label = all.map((target) => (target < classes ? target : 0));
  const exclusive = exclusiveLoss(job, data, 'label');
  return (scores, drawn, options) => {
    const weights = minibatch('exclusive', [drawn.size, 1], drawn.order);
    return add(exclusive(scores, drawn, { ...options, weights }), independent(scores, drawn, options));
  };
}

/** With one task there is no mask. */
function exclusiveLoss(job: TrainingJob, data: Record<string, NativeArray>, labels = 'y'): LabelLoss {
  const { tasks, classes } = job;
  const names = [...new Set(tasks)];
  if (names.length < 2)
    return (scores, { size, order }, { asked: _, ...options } = {}) => crossEntropy(scores, targets(labels, size, order), options);
  data.task = (data.y as Int32Array).map((target) => names.indexOf(taskOf(job, target)));
  data.taskMask = Float32Array.from({ length: names.length * classes.length }, (_, index) =>
    tasks[index % classes.length] === names[Math.floor(index / classes.length)] ? 0 : outOfCompetition,
  );
  return (scores, { size, order }, { asked: _, ...options } = {}) => {
    const mask = gatherRows(whole('taskMask', [names.length, classes.length]), targets('task', size, order));
    const prior = options.prior ? add(mask, options.prior) : mask;
    return crossEntropy(scores, targets(labels, size, order), { ...options, prior });
  };
}

function independentLoss(job: TrainingJob, data: Record<string, NativeArray>): LabelLoss {
  const { classes, tasks, sets = [] } = job;
  const dims = [classes.length + sets.length, classes.length];
  const [truth, counted] = [new Float32Array(dims[0]! * dims[1]!), new Float32Array(dims[0]! * dims[1]!)];
  for (const [number, { task }] of sets.entries()) {
    const target = classes.length + number;
    for (const own of classesOf(job, target)) truth[target * classes.length + own] = 1;
    const asked = [...tasks.keys()].filter((one) => tasks[one] === task);
    for (const one of asked) counted[target * classes.length + one] = 1 / asked.length;
  }
  data.truth = truth;
  data.counted = counted;
  return (scores, { size, order }, { asked } = {}) => {
    const answers = targets('y', size, order);
    const weights = gatherRows(whole('counted', dims), answers);
    return binaryCrossEntropy(scores, gatherRows(whole('truth', dims), answers), asked ? multiply(weights, asked) : weights);
  };
}
