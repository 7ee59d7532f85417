/**
 * Plays a stream of labelled vectors, one update a step, under one strategy and buffer budget, as if each candidate were approved: what
 * `espalier compare` and the benches look at.
 */
import type { TrainingSettings } from '../core/declaration.js';
import { bytesIn } from '../core/safetensors.js';
import { type Offer, openReservoir } from '../replay/reservoir.js';
import { openScorer, type Scorer } from '../training/heads/head-graph.js';
import type { Batch, Head, Strategy, TrainedHead, TrainingJob } from '../training/job.js';
import { type ContinualMetrics, continualMetrics } from './continual.js';

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
  readonly train: Labelled;
  readonly test: Labelled;
}

export interface StreamPlay {
  readonly steps: readonly StreamStep[];
  readonly strategy: Strategy;
  /** How many columns of the vectors, the last ones, count n-grams. */
  readonly lexical: number;
  readonly settings: TrainingSettings;
  /** Examples that the replay buffer may hold. */
  readonly budget: number;
  /** Trains one head: in this thread, or in another. */
  readonly train: (job: TrainingJob) => Promise<TrainedHead>;
  readonly played?: (steps: number) => void;
}

export interface StreamOutcome extends ContinualMetrics {
  /** Row t: accuracy on every domain after update t; undefined where no class of the domain was known, or nothing is held out. */
  readonly matrix: readonly (readonly (number | undefined)[])[];
  readonly domains: readonly string[];
  /** Training alone. */
  readonly seconds: number;
  /** What the last version keeps to go on from: state, head, and the vectors that the next update replays or trains on again. */
  readonly bytesStored: number;
}

export async function playStream({ steps, strategy, lexical, settings, budget, train, played }: StreamPlay): Promise<StreamOutcome> {
  const domains = [...new Set(steps.map(({ name }) => name))];
  const dimension = dimensionOf(steps[0]!.train);
  const memory = openMemory(steps, budget, settings.seed);
  const classes = new Classes();
  const matrix: (number | undefined)[][] = [];
  let parent: TrainedHead | undefined;
  let seconds = 0;
  let bytesStored = 0;
  for (const [number, step] of steps.entries()) {
    const known = parent;
    classes.admit(step);
    const goesOn = known === undefined || strategy.continues(known, settings);
    const job: TrainingJob = {
      strategy: strategy.name,
      settings,
      dimension,
      lexical,
      ...classes.all(),
      fresh: classes.batch(goesOn ? memory.rowsOf(number) : memory.rowsUpTo(number), dimension),
      replayed: classes.batch(strategy.replays && goesOn ? memory.replayed() : [], dimension),
      budget,
      parent: goesOn ? known : undefined,
    };
    const start = performance.now();
    parent = await train(job);
    seconds += (performance.now() - start) / 1000;
    memory.remember(number);
    matrix.push(await measure(parent.head, { domains, steps, classes, threads: settings.threads }));
    const again = strategy.continues(parent, settings) ? (strategy.replays ? memory.replayed() : []) : memory.rowsUpTo(number);
    bytesStored = bytesIn(parent.state) + bytesIn(parent.head.tensors) + again.length * dimension * Float32Array.BYTES_PER_ELEMENT;
    played?.(number + 1);
  }
  const learnedAt = domains.map((domain) => steps.findIndex(({ name }) => name === domain));
  const chance = domains.map((domain) => 1 / new Set(steps.flatMap(({ name, test }) => (name === domain ? test.labels : []))).size);
  return { ...continualMetrics(matrix, { learnedAt, chance }), matrix, domains, seconds, bytesStored };
}

/** One example of the stream. */
interface Row {
  readonly id: number;
  readonly step: StreamStep;
  readonly vector: Float32Array;
  readonly label: string;
}

/** The product's own reservoir, over the rows of a stream. */
function openMemory(steps: readonly StreamStep[], budget: number, seed: number) {
  let count = 0;
  const rows = steps.map((step) => {
    const dimension = dimensionOf(step.train);
    const vectorOf = (index: number) => step.train.vectors.subarray(index * dimension, (index + 1) * dimension);
    return step.train.labels.map((label, index): Row => ({ id: count++, step, vector: vectorOf(index), label }));
  });
  const byId = rows.flat();
  const members = new Set<number>();
  const reservoir = openReservoir({ examples: budget }, seed, [], new Date(0));
  return {
    rowsOf: (number: number) => rows[number]!,
    rowsUpTo: (number: number) => rows.slice(0, number + 1).flat(),
    replayed: () => [...members].sort((a, b) => a - b).map((id) => byId[id]!),
    remember(number: number): void {
      for (const { id, step, label } of rows[number]!) {
        const offer: Offer = { exampleId: id, hash: `${id}`, label: `${step.task}/${label}`, domain: step.name, bytes: 1 };
        for (const { exampleId, state } of reservoir.offer(offer)) {
          if (state === 'member') members.add(exampleId);
          else members.delete(exampleId);
        }
      }
    },
  };
}

/** Classes in the order in which they came; one name in two tasks is two classes. */
class Classes {
  readonly #numbers = new Map<string, number>();
  readonly #tasks: string[] = [];
  readonly #taskOf: number[] = [];

  admit({ task, train }: StreamStep): void {
    if (!this.#tasks.includes(task)) this.#tasks.push(task);
    for (const label of train.labels) {
      const key = keyOf(task, label);
      if (this.#numbers.has(key)) continue;
      this.#numbers.set(key, this.#numbers.size);
      this.#taskOf.push(this.#tasks.indexOf(task));
    }
  }

  all(): Pick<TrainingJob, 'classes' | 'tasks'> {
    return { classes: [...this.#numbers.keys()], tasks: Int32Array.from(this.#taskOf) };
  }

  numberOf(task: string, label: string): number | undefined {
    return this.#numbers.get(keyOf(task, label));
  }

  /** Numbers of the classes of a task. */
  of(task: string): number[] {
    const number = this.#tasks.indexOf(task);
    return [...this.#taskOf.keys()].filter((index) => this.#taskOf[index] === number);
  }

  batch(rows: readonly Row[], dimension: number): Batch {
    const vectors = new Float32Array(rows.length * dimension);
    for (const [index, { vector }] of rows.entries()) vectors.set(vector, index * dimension);
    return {
      vectors,
      targets: Int32Array.from(rows, ({ step, label }) => this.numberOf(step.task, label)!),
      ids: Int32Array.from(rows, ({ id }) => id),
    };
  }
}

const keyOf = (task: string, label: string) => `${task}/${label}`;

interface Measured {
  readonly domains: readonly string[];
  readonly steps: readonly StreamStep[];
  readonly classes: Classes;
  readonly threads: number;
}

/** Accuracy on each domain; a label that is not known yet is answered wrong, a domain of no known label or no example has no accuracy. */
async function measure(head: Head, { domains, steps, classes, threads }: Measured): Promise<(number | undefined)[]> {
  const scorer = await openScorer(head, threads);
  try {
    const row: (number | undefined)[] = [];
    for (const domain of domains) {
      const own = steps.filter(({ name }) => name === domain);
      row.push(await accuracyOn(own, classes, scorer));
    }
    return row;
  } finally {
    await scorer.close();
  }
}

async function accuracyOn(steps: readonly StreamStep[], classes: Classes, scorer: Scorer): Promise<number | undefined> {
  let [right, count] = [0, 0];
  let known = false;
  for (const { task, test } of steps) {
    const competing = classes.of(task);
    const wanted = test.labels.map((label) => classes.numberOf(task, label));
    count += wanted.length;
    if (wanted.every((target) => target === undefined)) continue;
    known = true;
    const scores = await scorer.score(test.vectors);
    const width = scores.length / wanted.length;
    for (const [index, target] of wanted.entries()) {
      const own = scores.subarray(index * width, (index + 1) * width);
      const answer = competing.reduce((best, other) => (own[other]! > own[best]! ? other : best), competing[0]!);
      right += answer === target ? 1 : 0;
    }
  }
  return known ? right / count : undefined;
}

function dimensionOf({ vectors, labels }: Labelled): number {
  return vectors.length / labels.length;
}
