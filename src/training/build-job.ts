/** Builds the job of a training run, both for an update and for a strategy compared on a stream. */
import { readLabelSet } from '../core/label-sets.js';
import { type Class, classKey, taskNamesIn, taskNumbers } from '../declaration/tasks.js';
import type { PackedRows } from '../encoder/packed-rows.js';
import { openLabelSetIndex } from './answers.js';
import type { LabelledVectors, TrainingJob } from './job.js';
import { packedBatch } from './rows.js';

/** A labelled example. In a multi-label task its label is a set, as written by writeLabelSet. */
export interface JobExample extends Class {
  readonly id: number;
  /** How much it counts; by default once. */
  readonly weight?: number | undefined;
}

export interface JobPart {
  readonly examples: readonly JobExample[];
  /** [examples, dimension] float32 */
  readonly vectors: Float32Array;
}

/** The same with packed rows, for many examples. */
export interface PackedPart {
  readonly examples: readonly JobExample[];
  readonly packed: PackedRows;
  readonly vectors?: undefined;
}

type Passed = 'strategy' | 'settings' | 'dimension' | 'lexical' | 'budget' | 'parent';

export interface JobRequest extends Pick<TrainingJob, Passed> {
  /** All classes known after this training; those of the parent come first, in their order. */
  readonly classes: readonly Class[];
  /** Names of the tasks in the order of their numbers; by default the order in which the classes name them. */
  readonly tasks?: readonly string[] | undefined;
  /** Names of the multi-label tasks. */
  readonly multiLabel: readonly string[];
  readonly fresh: JobPart | PackedPart;
  readonly replayed: JobPart | PackedPart;
  readonly learned?: JobPart | PackedPart | undefined;
  /** Examples to take out, with the labels and weights by which the parent learned them. */
  readonly withdrawn?: JobPart | PackedPart | undefined;
  /** Classes that may no longer be answered; those that are not among `classes` are ignored. */
  readonly retired?: readonly Class[] | undefined;
}

export function buildJob(request: JobRequest): TrainingJob {
  const { classes, multiLabel, fresh, replayed, learned, withdrawn, retired = [], ...others } = request;
  const { tasks = taskNamesIn(classes), ...passed } = others;
  const numbers = new Map(classes.map((one, index) => [classKey(one), index]));
  const book = openLabelSetIndex(classes.length);
  const targetOf = ({ task, label }: JobExample) => {
    if (!multiLabel.includes(task)) return numbers.get(classKey({ task, label }))!;
    const own = readLabelSet(label).map((one) => numbers.get(classKey({ task, label: one }))!);
    return book.targetOf({ task: tasks.indexOf(task), classes: own });
  };
  const batchOf = ({ examples, ...rows }: JobPart | PackedPart): LabelledVectors => {
    const labels = {
      targets: Int32Array.from(examples, targetOf),
      ids: Int32Array.from(examples, ({ id }) => id),
      ...weightsOf(examples),
    };
    return rows.vectors === undefined ? packedBatch(rows.packed, labels) : { ...rows, ...labels };
  };
  const batches = {
    fresh: batchOf(fresh),
    replayed: batchOf(replayed),
    ...(learned && { learned: batchOf(learned) }),
    ...(withdrawn && { withdrawn: batchOf(withdrawn) }),
  };
  const closed = retired.flatMap((one) => numbers.get(classKey(one)) ?? []);
  const sets = [...tasks.keys()].filter((task) => multiLabel.includes(tasks[task]!));
  return {
    ...passed,
    classes: classes.map(({ label }) => label),
    tasks: taskNumbers(classes, tasks),
    ...(sets.length > 0 && { multiLabel: sets, sets: book.sets }),
    ...(closed.length > 0 && { retired: closed }),
    ...batches,
  };
}

/** The weights, if one of them differs from 1. */
function weightsOf(examples: readonly JobExample[]): Pick<LabelledVectors, 'weights'> {
  const weights = Float32Array.from(examples, ({ weight = 1 }) => weight);
  return weights.every((weight) => weight === 1) ? {} : { weights };
}

/** Whether a strategy rereads the learned examples of a task: learned and fresh ones together must be few enough. */
export function rereadsTask(
  rereads: number | undefined,
  { learned, fresh }: { learned: number; fresh: number },
): boolean {
  return learned > 0 && learned + fresh <= (rereads ?? 0);
}
