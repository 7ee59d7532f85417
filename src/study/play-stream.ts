/**
 * Plays a stream of labelled vectors, one update a step, under one strategy and buffer budget, as if each candidate
 * were approved: what `espalier compare` and the benches look at.
 */

import { labelsIn, rarestLabel, readLabelSet } from '../core/label-sets.js';
import type { TrainingSettings } from '../declaration/declaration.js';
import { type ContinualMetrics, continualMetrics } from '../evaluation/continual.js';
import { scoreOfCommonestSet } from '../evaluation/kinds/multi-label.js';
import type { Offer, ReplayPolicy } from '../replay/policy.js';
import { buildJob, rereadsTask } from '../training/build-job.js';
import { bytesKept } from '../training/bytes-kept.js';
import { openScorer, type Scorer } from '../training/heads/head-graph.js';
import type { Head, Strategy, TrainedHead, TrainingJob } from '../training/job.js';
import { readsBuffer } from '../training/strategies.js';
import { type Labelled, type Origin, partOf, StreamClasses, type StreamRow, type StreamStep } from './stream.js';
import { marginsOfRows } from './stream-margins.js';

export interface StreamPlay {
  readonly steps: readonly StreamStep[];
  readonly strategy: Strategy;
  /** How many columns of the vectors, the last ones, count n-grams. */
  readonly lexical: number;
  readonly settings: TrainingSettings;
  /** Which examples the replay buffer holds. */
  readonly policy: ReplayPolicy;
  /** How many. */
  readonly budget: number;
  /** Trains one head: in this thread, or in another. */
  readonly train: (job: TrainingJob) => Promise<TrainedHead>;
  readonly played?: (steps: number) => void;
}

export interface StreamOutcome extends ContinualMetrics {
  /**
   * Row t: accuracy on every domain after update t; undefined where no class of the domain was known, or nothing is
   * held out.
   */
  readonly matrix: readonly (readonly (number | undefined)[])[];
  readonly domains: readonly string[];
  /** Training alone. */
  readonly seconds: number;
  /**
   * What the last version keeps to go on from: state, head, and the vectors that the next update replays or trains on
   * again.
   */
  readonly bytesStored: number;
}

export async function playStream({
  steps,
  strategy,
  lexical,
  settings,
  policy,
  budget,
  train,
  played,
}: StreamPlay): Promise<StreamOutcome> {
  const domains = [...new Set(steps.map(({ name }) => name))];
  const dimension = dimensionOf(steps[0]!.train);
  const memory = new StreamMemory(steps, { policy, budget, seed: settings.seed, dense: dimension - lexical });
  const classes = new StreamClasses();
  const matrix: (number | undefined)[][] = [];
  let parent: TrainedHead | undefined;
  let seconds = 0;
  let bytesStored = 0;
  for (const [number, step] of steps.entries()) {
    const known = parent;
    classes.admit(step);
    const goesOn = known === undefined || strategy.continues(known, settings);
    const reread =
      goesOn && number > 0 ? rereadRows(memory.rowsUpTo(number - 1), memory.rowsOf(number), strategy) : undefined;
    const job = buildJob({
      strategy: strategy.name,
      settings,
      dimension,
      lexical,
      ...classes.known(),
      fresh: partOf(goesOn ? memory.rowsOf(number) : memory.rowsUpTo(number), dimension),
      replayed: partOf(readsBuffer(strategy, known) && goesOn ? memory.replayed : [], dimension),
      learned: reread && partOf(reread, dimension),
      budget,
      parent: goesOn ? known : undefined,
    });
    const start = performance.now();
    parent = await train(job);
    seconds += (performance.now() - start) / 1000;
    const { head } = parent;
    const { threads } = settings;
    await memory.remember(number, (rows) => marginsOfRows(head, rows, { classes, threads }));
    matrix.push(await measure(head, { domains, steps, classes, threads }));
    const examples = { members: memory.replayed.length, all: memory.rowsUpTo(number).length };
    bytesStored = bytesKept(strategy, parent, { settings, dimension, ...examples });
    played?.(number + 1);
  }
  const learnedAt = domains.map((domain) => steps.findIndex(({ name }) => name === domain));
  const chance = domains.map((domain) => chanceOn(steps.filter(({ name }) => name === domain)));
  return { ...continualMetrics(matrix, { learnedAt, chance }), matrix, domains, seconds, bytesStored };
}

/**
 * What was learned of each task to which something new comes, where both together are few enough for the strategy to
 * reread.
 */
function rereadRows(
  before: readonly StreamRow[],
  fresh: readonly StreamRow[],
  { rereads }: Strategy,
): StreamRow[] | undefined {
  const newOf = (task: string) => fresh.filter(({ step }) => step.task === task).length;
  const rows = [...new Set(fresh.map(({ step }) => step.task))].flatMap((task) => {
    const own = before.filter(({ step }) => step.task === task);
    return rereadsTask(rereads, { learned: own.length, fresh: newOf(task) }) ? own : [];
  });
  return rows.length > 0 ? rows : undefined;
}

/** Of guessing evenly among the labels; of sets, of giving the commonest. */
function chanceOn(steps: readonly StreamStep[]): number {
  const labels = steps.flatMap(({ test }) => test.labels);
  return steps.some(({ multiLabel }) => multiLabel)
    ? scoreOfCommonestSet(labels.map(readLabelSet))
    : 1 / new Set(labels).size;
}

interface Memory {
  readonly policy: ReplayPolicy;
  readonly budget: number;
  readonly seed: number;
  /** Columns of a vector before the counts of n-grams. */
  readonly dense: number;
}

type MarginsOf = (rows: readonly StreamRow[]) => Promise<ReadonlyMap<number, number>>;

/** A replay buffer over the rows of a stream. */
class StreamMemory {
  readonly #rows: readonly StreamRow[][];
  readonly #memory: Memory;
  /** Examples of each label, over all steps that are remembered. */
  readonly #counts = new Map<string, number>();
  #members: readonly StreamRow[] = [];

  constructor(steps: readonly StreamStep[], memory: Memory) {
    this.#rows = rowsOf(steps);
    this.#memory = memory;
  }

  get replayed(): readonly StreamRow[] {
    return this.#members;
  }

  rowsOf(number: number): readonly StreamRow[] {
    return this.#rows[number]!;
  }

  rowsUpTo(number: number): StreamRow[] {
    return this.#rows.slice(0, number + 1).flat();
  }

  /** @param marginsOf asked only for policies that want scores */
  async remember(number: number, marginsOf: MarginsOf): Promise<void> {
    const { policy, budget, seed } = this.#memory;
    for (const key of this.rowsOf(number).flatMap(keysOf)) this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
    const rows = this.rowsUpTo(number);
    const margins = policy.wantsScores ? await marginsOf(rows) : undefined;
    const offers = rows.map((row) => ({ ...this.#offerOf(row), margin: margins?.get(row.id) }));
    const chosen = await policy.choose({ offers, budget: { examples: budget }, seed });
    this.#members = chosen.members.map(({ row }) => row).sort((a, b) => a.id - b.id);
  }

  #offerOf(row: StreamRow): Offer & { row: StreamRow } {
    const label = rarestLabel(keysOf(row), (key) => this.#counts.get(key)!);
    const names = { label, shown: label, domain: row.step.name, ...row.origin };
    const vector = row.vector.subarray(0, this.#memory.dense);
    return { exampleId: row.id, hash: `${row.id}`, ...names, bytes: 1, vector, row };
  }
}

/** Numbered over all steps. */
function rowsOf(steps: readonly StreamStep[]): StreamRow[][] {
  const starts = steps.map((_, index) => sum(steps.slice(0, index).map(({ train }) => train.labels.length)));
  return steps.map((step, index) => {
    const dimension = dimensionOf(step.train);
    const vectorOf = (row: number) => step.train.vectors.subarray(row * dimension, (row + 1) * dimension);
    return step.train.labels.map((label, row) => ({
      id: starts[index]! + row,
      step,
      vector: vectorOf(row),
      label,
      origin: step.train.origins?.[row] ?? originOfStep(step.name, index),
    }));
  });
}

const day = 24 * 60 * 60 * 1000;

const originOfStep = (source: string, index: number): Origin => ({
  source,
  receivedAt: new Date(index * day).toISOString(),
});

const keysOf = ({ step, label }: StreamRow) => labelsIn(step, label).map((own) => `${step.task}/${own}`);

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

interface Measured {
  readonly domains: readonly string[];
  readonly steps: readonly StreamStep[];
  readonly classes: StreamClasses;
  readonly threads: number;
}

/**
 * Accuracy on each domain, of sets the mean Jaccard index; a label that is not known yet is answered wrong, a domain of
 * no known label or no example has no accuracy.
 */
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

async function accuracyOn(
  steps: readonly StreamStep[],
  classes: StreamClasses,
  scorer: Scorer,
): Promise<number | undefined> {
  let [right, count] = [0, 0];
  let known = false;
  for (const step of steps) {
    const { task, test } = step;
    const wanted = test.labels.map((answer) => labelsIn(step, answer).map((label) => classes.numberOf(task, label)));
    count += wanted.length;
    const own = classes.of(task);
    if (own.length === 0 || wanted.every((targets) => targets.every((target) => target === undefined))) continue;
    known = true;
    const scores = await scorer.score(test.vectors);
    const width = scores.length / wanted.length;
    const answer = step.multiLabel ? likelyAmong : bestAmong;
    for (const [index, targets] of wanted.entries())
      right += shareOfBoth(targets, answer(own, scores.subarray(index * width, (index + 1) * width)));
  }
  return known ? right / count : undefined;
}

const bestAmong = (competing: readonly number[], scores: Float32Array) => [
  competing.reduce((best, other) => (scores[other]! > scores[best]! ? other : best)),
];

/** A score of 0 is a probability of a half. */
const likelyAmong = (free: readonly number[], scores: Float32Array) => free.filter((index) => scores[index]! >= 0);

/** The Jaccard index; of one class against one it is 1 or 0. A class that is not known yet is never found. */
function shareOfBoth(wanted: readonly (number | undefined)[], found: readonly number[]): number {
  const both = wanted.filter((target) => target !== undefined && found.includes(target)).length;
  const either = wanted.length + found.length - both;
  return either === 0 ? 1 : both / either;
}

function dimensionOf({ vectors, labels }: Labelled): number {
  return vectors.length / labels.length;
}
