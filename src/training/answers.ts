/**
 * The meaning of an example's target. In a task whose labels exclude each other, a target is the number of a class; in
 * a multi-label task it is the number of classes plus the number of a label set.
 */
import type { LabelSet, TrainingJob } from './job.js';

type Answers = Pick<TrainingJob, 'classes' | 'sets'>;

/** The classes that are true according to a target. */
export function classesOf({ classes, sets = [] }: Answers, target: number): readonly number[] {
  return target < classes.length ? [target] : sets[target - classes.length]!.classes;
}

/** The number of the task that a target belongs to. */
export function taskOf({ classes, sets = [], tasks }: Answers & Pick<TrainingJob, 'tasks'>, target: number): number {
  return target < classes.length ? tasks[target]! : sets[target - classes.length]!.task;
}

export function isMultiLabel({ multiLabel = [] }: Pick<TrainingJob, 'multiLabel'>, task: number): boolean {
  return multiLabel.includes(task);
}

/** Whether a class may no longer be answered. */
export function isRetired({ retired = [] }: Pick<TrainingJob, 'retired'>, index: number): boolean {
  return retired.includes(index);
}

/** The true classes of a target within one task. @param sets label sets of the targets from `classes` on */
export function trueClasses(
  target: number,
  classes: number,
  sets: readonly (readonly number[])[] = [],
): readonly number[] {
  return target < classes ? [target] : sets[target - classes]!;
}

/**
 * [targets, classes] 1 if a class is true of an example, row-major.
 * @param sets label sets of the targets from `classes` on
 */
export function multiHot(
  targets: Int32Array,
  { classes, sets }: { classes: number; sets?: readonly (readonly number[])[] | undefined },
  into: Int8Array,
): Int8Array {
  for (const [row, target] of targets.entries())
    for (const own of trueClasses(target, classes, sets)) into[row * classes + own] = 1;
  return into;
}

/**
 * The class by which each example is balanced: for a label set, its rarest class among all examples of the job. Empty
 * sets are balanced as an additional class of their task.
 */
export function balancingClass(job: TrainingJob): (target: number) => number {
  const { fresh, replayed, classes } = job;
  const counts = new Float64Array(classes.length);
  for (const { targets } of [fresh, replayed])
    for (const target of targets) for (const own of classesOf(job, target)) counts[own]!++;
  const known = new Map<number, number>();
  return (target) => {
    if (target < classes.length) return target;
    const rarest =
      known.get(target) ?? rarestOf(classesOf(job, target), counts) ?? classes.length + taskOf(job, target);
    known.set(target, rarest);
    return rarest;
  };
}

/** The rarest class; among equally rare ones the first. */
function rarestOf(own: readonly number[], counts: Float64Array): number | undefined {
  return own.length === 0 ? undefined : own.reduce((rarest, one) => (counts[one]! < counts[rarest]! ? one : rarest));
}

/** Numbers label sets in order of arrival. */
export interface LabelSetIndex {
  /** The target that stands for the set. */
  targetOf(set: LabelSet): number;
  readonly sets: readonly LabelSet[];
}

/** @param classes number of classes */
export function openLabelSetIndex(classes: number): LabelSetIndex {
  const numbers = new Map<string, number>();
  const sets: LabelSet[] = [];
  return {
    sets,
    targetOf({ task, classes: own }) {
      const sorted = [...own].sort((a, b) => a - b);
      const key = `${task}:${sorted.join()}`;
      const known = numbers.get(key);
      if (known !== undefined) return known;
      const target = classes + sets.push({ task, classes: sorted }) - 1;
      numbers.set(key, target);
      return target;
    },
  };
}
