/**
 * What a ridge head would answer for each example that it learned, had it not learned the example and its
 * near-duplicates: an example whose own label is improbable there may be labelled wrongly. The scores are exact
 * (left-out.ts), at the lambda, the temperature and the weight of n-grams that the head serves with.
 *
 * Cost: width^3 / 6 multiply-adds of float64 once, then width^2 / 2 + width x classes for each example. Memory: width^2
 * numbers, and 4 width for each example of a slice, so that slices of a few hundred are best.
 */
import { EspalierError } from '../../core/errors.js';
import type { TrainedHead, TrainingJob } from '../job.js';
import type { Floats } from '../native.js';
import { partsByTask, type TaskPart, under } from '../task-parts.js';
import type { Factor } from './cholesky.js';
import { openFactorProducts } from './factor-products.js';
import { solveRidge } from './fit.js';
import { type SharedInput, sampleOf, sharedInputOf } from './learned.js';
import { leaveGroupsOut } from './leave-groups-out.js';
import { emptyLexical, type LexicalStatistics, unpackLexical } from './lexical.js';
import { weighLexical } from './lexical-share.js';
import { type RidgeStatistics, unpackStatistics } from './statistics.js';
import { setsOf } from './task-sums.js';

export interface LeftOutRequest {
  /** A ridge head of the strategy analytic, with its state and facts. */
  readonly trained: TrainedHead;
  /** Number of the task. */
  readonly task: number;
  /**
   * Jobs of the head's classes, whose `fresh` examples are learned ones, with the targets and weights by which they were
   * learned; those of other tasks are skipped. Near-duplicates are found within a slice.
   */
  readonly slices: AsyncIterable<TrainingJob> | Iterable<TrainingJob>;
  readonly threads: number;
}

export interface LeftOutSlice {
  /** [n] numbers of the examples. */
  readonly ids: Int32Array;
  /** The numbers of the task's classes in the job, in the order of the columns. */
  readonly classes: readonly number[];
  /** [n, classes] float32, row-major; in a multi-label task each is that of one label, independently. */
  readonly probabilities: Float32Array;
}

/** @throws STATE_MISMATCH if the version keeps no sums of the task */
export async function* leftOutProbabilities(request: LeftOutRequest): AsyncGenerator<LeftOutSlice> {
  const products = await openFactorProducts('float64', request.threads);
  try {
    const sums = sumsOf(request);
    const lambda = sums.facts.lambda!;
    const { factor, weight } = await solveRidge(sums.statistics, lambda, products);
    const known: Known = { ...sums, factor, weight };
    if (sums.facts.logistic === 1) return yield* calibratedAnew(request, known);
    for await (const job of request.slices) {
      const slice = await scoreSlice(request, known, job);
      yield answerOf(request, slice, { ...servedWith(sums), bias: biasOf(request, slice.part) });
    }
  } finally {
    await products.close();
  }
}

/**
 * A logistic head's own scores cannot be left out exactly, and its temperature does not suit those of the ridge head on
 * the same sums. Such a head has few examples: all are scored, and the temperature is fitted to them.
 */
async function* calibratedAnew(request: LeftOutRequest, known: Known): AsyncGenerator<LeftOutSlice> {
  const slices: ScoredSlice[] = [];
  for await (const job of request.slices) slices.push(await scoreSlice(request, known, job));
  const { classes } = known.statistics;
  const isLexical = known.words.buckets > 0;
  const sample = {
    targets: Int32Array.from(slices.flatMap(({ part }) => [...part.fresh.targets])),
    beside: isLexical ? joined(slices.map(({ beside }) => beside!)) : undefined,
  };
  const { lexicalShare, calibrated } = weighLexical(joined(slices.map(({ scores }) => scores)), sample, classes);
  const { temperature } = calibrated;
  for (const slice of slices)
    yield answerOf(request, slice, { lexicalShare, temperature, bias: new Float64Array(classes) });
}

function joined(parts: readonly Floats[]): Float64Array {
  const all = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

interface Sums {
  /** Position of the task among the tasks of the head. */
  readonly place: number;
  readonly shared: SharedInput;
  readonly statistics: RidgeStatistics;
  readonly words: LexicalStatistics;
  /** The facts of the task. */
  readonly facts: Readonly<Record<string, number>>;
}

interface Known extends Sums {
  readonly factor: Factor;
  /** [width, classes] */
  readonly weight: Float64Array;
}

function sumsOf({ trained: { head, state, facts }, task }: LeftOutRequest): Sums {
  const tasks = [...new Set(head.tensors.tasks?.data ?? [task])];
  const place = tasks.indexOf(task);
  const prefix = place === 0 ? '' : `task${place}.`;
  const own = under(prefix, state);
  const statistics = place < 0 ? undefined : unpackStatistics(own);
  const found = under(prefix, facts);
  if (!statistics || found.lambda === undefined)
    throw new EspalierError('STATE_MISMATCH', 'the version keeps no sums from which an example could be left out');
  const words = unpackLexical(own) ?? emptyLexical(head.shape.lexical, statistics.classes);
  return { place, shared: sharedInputOf(head), statistics, words, facts: found };
}

interface ScoredSlice {
  readonly part: TaskPart;
  /** [n, classes] */
  readonly scores: Floats;
  /** [n, classes]; absent if there are no n-grams. */
  readonly beside?: Float64Array | undefined;
}

async function scoreSlice({ threads }: LeftOutRequest, known: Known, job: TrainingJob): Promise<ScoredSlice> {
  const { place, shared, statistics, words, factor, weight } = known;
  const part = partsByTask(job)[place]!;
  if (part.fresh.targets.length === 0) return { part, scores: new Float64Array(0), beside: new Float64Array(0) };
  const settings = { ...job.settings, threads };
  const data = { job: { ...job, settings }, part, shared, sets: setsOf(part), statistics, words };
  const sample = await sampleOf(data, part.fresh);
  const columns = new Float64Array(sample.columns);
  const scores = await leaveGroupsOut(factor, weight, { ...sample, columns }, statistics.classes);
  return { part, scores, beside: sample.beside };
}

interface Calibration {
  readonly lexicalShare: number;
  readonly temperature: number;
  /** [classes] */
  readonly bias: ArrayLike<number>;
}

const servedWith = ({ facts: { lexicalShare = 0, temperature } }: Sums) => ({
  lexicalShare,
  temperature: temperature!,
});

function biasOf({ trained }: LeftOutRequest, { classes }: TaskPart): number[] {
  return classes.map((index) => trained.head.tensors.bias!.data[index]!);
}

function answerOf(
  { trained }: LeftOutRequest,
  { part, scores, beside }: ScoredSlice,
  { lexicalShare, temperature, bias }: Calibration,
): LeftOutSlice {
  const width = part.classes.length;
  const isOpen = part.classes.map((index) => trained.head.tensors.retired?.data[index] !== 1);
  const logits = Float64Array.from(scores, (score, at) => {
    const both = score + lexicalShare * (beside?.[at] ?? 0);
    return isOpen[at % width] ? both / temperature + bias[at % width]! : Number.NEGATIVE_INFINITY;
  });
  const probabilities = new Float32Array(logits.length);
  for (let start = 0; start < logits.length; start += width) {
    const own = logits.subarray(start, start + width);
    probabilities.set(part.isMultiLabel ? own.map((logit) => 1 / (1 + Math.exp(-logit))) : softmax(own), start);
  }
  return { ids: part.fresh.ids, classes: part.classes, probabilities };
}

/** All 0 if every class is retired. */
function softmax(logits: Float64Array): Float64Array {
  const largest = logits.reduce((a, b) => Math.max(a, b));
  if (largest === Number.NEGATIVE_INFINITY) return new Float64Array(logits.length);
  const powers = logits.map((logit) => Math.exp(logit - largest));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}
