/** A stream of labelled vectors, and its classes as they come. */
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

/** What one update brings, and what it is measured by. */
export interface StreamStep {
  /** The name of the domain; two steps of one name bring more of the same. */
  readonly name: string;
  /** Labels of different tasks never compete. */
  readonly task: string;
  /** Whether its labels do not compete within it either: each answer is then a set, as writeLabelSet gives it. */
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

/** Classes in the order in which they came; one name in two tasks is two classes. */
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

  /** What a job is told of the classes, in the order of their numbers. */
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
