/** A stream of labelled vectors, and its classes in order of arrival. */
import { labelsIn } from '../core/label-sets.js';
import { type Class, classKey } from '../declaration/tasks.js';
import type { JobPart, JobRequest } from '../training/build-job.js';

export interface Labelled {
  /** [count, dimension] float32. */
  readonly vectors: Float32Array;
  readonly labels: readonly string[];
  /** Without them each step has a source of its own, and comes a day after the step before. */
  readonly origins?: readonly Origin[] | undefined;
}

export interface Origin {
  readonly source: string;
  /** ISO 8601, in UTC. */
  readonly receivedAt: string;
}

/** The training and the test data of one update. */
export interface StreamStep {
  /** Name of the domain; a second step of the same name adds examples to it. */
  readonly name: string;
  /** Labels of different tasks never compete. */
  readonly task: string;
  /**
   * Whether the labels of the task do not exclude each other: each answer is then a set, as written by writeLabelSet.
   */
  readonly multiLabel?: boolean | undefined;
  readonly train: Labelled;
  readonly test: Labelled;
}

/** One example of the stream. */
export interface StreamRow {
  readonly id: number;
  readonly step: StreamStep;
  readonly vector: Float32Array;
  readonly label: string;
  readonly origin: Origin;
}

/** Classes in order of arrival; the same name in two tasks means two classes. */
export class StreamClasses {
  readonly #numbers = new Map<string, number>();
  readonly #classes: Class[] = [];
  readonly #tasks: string[] = [];
  readonly #multiLabel = new Set<string>();

  admit(step: StreamStep): void {
    const { task, train } = step;
    if (!this.#tasks.includes(task)) this.#tasks.push(task);
    if (step.multiLabel) this.#multiLabel.add(task);
    for (const label of train.labels.flatMap((answer) => labelsIn(step, answer))) {
      const key = classKey({ task, label });
      if (this.#numbers.has(key)) continue;
      this.#numbers.set(key, this.#numbers.size);
      this.#classes.push({ task, label });
    }
  }

  numberOf(task: string, label: string): number | undefined {
    return this.#numbers.get(classKey({ task, label }));
  }

  /** Numbers of the classes of a task. */
  of(task: string): number[] {
    return [...this.#classes.keys()].filter((index) => this.#classes[index]!.task === task);
  }

  /** The classes as a job describes them, in the order of their numbers. */
  known(): Pick<JobRequest, 'classes' | 'tasks' | 'multiLabel'> {
    return {
      classes: [...this.#classes],
      tasks: [...this.#tasks],
      multiLabel: [...this.#multiLabel],
    };
  }
}

/** @param dimension columns of a vector */
export function partOf(rows: readonly StreamRow[], dimension: number): JobPart {
  const vectors = new Float32Array(rows.length * dimension);
  for (const [index, { vector }] of rows.entries()) vectors.set(vector, index * dimension);
  return { examples: rows.map(({ id, step, label }) => ({ id, task: step.task, label })), vectors };
}
