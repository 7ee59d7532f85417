import { seededRandom } from '#espalier/core/random.js';
import { openLabelSetIndex } from '#espalier/training/answers.js';
import type { LabelledVectors, LabelSet, TrainedHead, TrainingJob } from '#espalier/training/job.js';
import { trainJob } from '#espalier/training/strategies.js';
import { dimension as dense, quiet } from './problem.js';

/** An example of a pool, which keeps its number whatever it is labelled with. */
export interface PoolExample {
  readonly id: number;
  readonly vector: Float32Array;
  /** Its classes: one, or any number in a multi-label task. */
  readonly labels: readonly number[];
  readonly weight?: number;
}

export interface Setting {
  readonly strategy: string;
  readonly settings: TrainingJob['settings'];
  readonly lexical: number;
  /** [classes] */
  readonly tasks: readonly number[];
  readonly multiLabel: readonly number[];
}

export interface Step {
  readonly fresh: readonly PoolExample[];
  readonly withdrawn?: readonly PoolExample[];
  readonly replayed?: readonly PoolExample[];
  readonly learned?: readonly PoolExample[];
  readonly parent?: TrainedHead;
}

/** Examples around the centre of their first class, of which some words tell the class and some do not. */
export function poolOf(classes: readonly number[], count: number, lexical: number): PoolExample[] {
  const random = seededRandom('pool', count, lexical);
  return Array.from({ length: count }, (_, id) => {
    const own = classes[id % classes.length]!;
    const centre = seededRandom('centre', own);
    const vector = new Float32Array(dense + lexical);
    for (let index = 0; index < dense; index++) vector[index] = centre.normal() + 1.2 * random.normal();
    for (let bucket = 0; bucket < lexical; bucket++)
      vector[dense + bucket] = random.integer(9) + (bucket === own % Math.max(lexical, 1) ? 4 : 0);
    return { id, vector, labels: [own] };
  });
}

/** Trains one step. @param more overrides of the job */
export function trainStep(setting: Setting, step: Step, more: Partial<TrainingJob> = {}): Promise<TrainedHead> {
  return trainJob({ ...jobOfStep(setting, step), ...more }, quiet);
}

/** The job of one step. Label sets are numbered as they come, as an update numbers them. */
export function jobOfStep(
  { strategy, settings, lexical, tasks, multiLabel }: Setting,
  { parent, ...step }: Step,
): TrainingJob {
  const dimension = dense + lexical;
  const book = openLabelSetIndex(tasks.length);
  const targetOf = ({ labels }: PoolExample) =>
    multiLabel.includes(tasks[labels[0]!]!)
      ? book.targetOf({ task: tasks[labels[0]!]!, classes: labels } satisfies LabelSet)
      : labels[0]!;
  const batchOf = (examples: readonly PoolExample[] = []): LabelledVectors => {
    const vectors = new Float32Array(examples.length * dimension);
    for (const [row, { vector }] of examples.entries()) vectors.set(vector, row * dimension);
    const isWeighed = examples.some(({ weight = 1 }) => weight !== 1);
    return {
      vectors,
      targets: Int32Array.from(examples, targetOf),
      ids: Int32Array.from(examples, ({ id }) => id),
      ...(isWeighed && { weights: Float32Array.from(examples, ({ weight = 1 }) => weight) }),
    };
  };
  return {
    ...{ strategy, settings, dimension, lexical, budget: 100, parent },
    classes: tasks.map((_, index) => `class ${index}`),
    tasks: Int32Array.from(tasks),
    ...(multiLabel.length > 0 && { multiLabel, sets: book.sets }),
    fresh: batchOf(step.fresh),
    replayed: batchOf(step.replayed),
    ...(step.learned && { learned: batchOf(step.learned) }),
    ...(step.withdrawn && { withdrawn: batchOf(step.withdrawn) }),
  };
}
