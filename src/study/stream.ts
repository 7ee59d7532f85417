/** A stream of labelled vectors, and its classes as they come. */
import { labelsIn } from '../core/label-sets.js';
import { openSetBook } from '../training/answers.js';
import type { TrainingJob } from '../training/job.js';

export interface Labelled {
  /** [count, dimension] float32. */
  readonly vectors: Float32Array;
  readonly labels: readonly string[];
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
}

type Learned = Pick<TrainingJob, 'classes' | 'tasks' | 'multiLabel' | 'sets' | 'fresh' | 'replayed' | 'learned'>;

interface LearnedRows {
  readonly fresh: readonly StreamRow[];
  readonly replayed: readonly StreamRow[];
  readonly learned?: readonly StreamRow[] | undefined;
}

/** Classes in the order in which they came; one name in two tasks is two classes. */
export class StreamClasses {
  readonly #numbers = new Map<string, number>();
  readonly #tasks: string[] = [];
  readonly #multiLabel = new Set<number>();
  readonly #taskOf: number[] = [];

  admit(step: StreamStep): void {
    const { task, train } = step;
    if (!this.#tasks.includes(task)) this.#tasks.push(task);
    if (step.multiLabel) this.#multiLabel.add(this.#tasks.indexOf(task));
    for (const label of train.labels.flatMap((answer) => labelsIn(step, answer))) {
      const key = keyOf(task, label);
      if (this.#numbers.has(key)) continue;
      this.#numbers.set(key, this.#numbers.size);
      this.#taskOf.push(this.#tasks.indexOf(task));
    }
  }

  numberOf(task: string, label: string): number | undefined {
    return this.#numbers.get(keyOf(task, label));
  }

  /** Numbers of the classes of a task. */
  of(task: string): number[] {
    const number = this.#tasks.indexOf(task);
    return [...this.#taskOf.keys()].filter((index) => this.#taskOf[index] === number);
  }

  /** What a job says of its classes and examples. */
  learn({ fresh, replayed, learned }: LearnedRows, dimension: number): Learned {
    const book = openSetBook(this.#numbers.size);
    const targetOf = ({ step, label }: StreamRow) => {
      if (!step.multiLabel) return this.numberOf(step.task, label)!;
      const own = labelsIn(step, label).map((one) => this.numberOf(step.task, one)!);
      return book.targetOf({ task: this.#tasks.indexOf(step.task), classes: own });
    };
    const batchOf = (rows: readonly StreamRow[]) => {
      const vectors = new Float32Array(rows.length * dimension);
      for (const [index, { vector }] of rows.entries()) vectors.set(vector, index * dimension);
      return { vectors, targets: Int32Array.from(rows, targetOf), ids: Int32Array.from(rows, ({ id }) => id) };
    };
    const batches = {
      fresh: batchOf(fresh),
      replayed: batchOf(replayed),
      ...(learned && { learned: batchOf(learned) }),
    };
    const sets = this.#multiLabel.size > 0 && { multiLabel: [...this.#multiLabel], sets: book.sets };
    return { classes: [...this.#numbers.keys()], tasks: Int32Array.from(this.#taskOf), ...sets, ...batches };
  }
}

const keyOf = (task: string, label: string) => `${task}/${label}`;
