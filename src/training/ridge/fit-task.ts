/** Fits the ridge head of one task: its statistics with the new examples, lambda, temperature, and lexical weights. */
import type { Tensors } from '../../core/safetensors.js';
import { ridgeSettings } from '../heads/ridge.js';
import type { TrainingJob, TrainingProgress } from '../job.js';
import { sufficesToChoose } from '../learned-sample.js';
import { readSettings } from '../settings.js';
import type { TaskPart } from '../task-parts.js';
import { takeColumns, under } from '../task-parts.js';
import { type FewFit, fitFew } from './choose-head.js';
import { unitOf } from './features.js';
import { fitRidge } from './fit.js';
import { fitUnseen } from './fit-unseen.js';
import { priorOffsets } from './label-prior.js';
import { drawSample, readWhole, type SharedInput, type TaskData } from './learned.js';
import { lexicalWeights } from './lexical.js';
import { emptyStatistics, packStatistics, unpackStatistics } from './statistics.js';
import { packSums, setsOf, updateSums } from './task-sums.js';

export interface TaskFit {
  /** [width, classes of the task] */
  readonly weight: Float32Array;
  /** [lexical, classes of the task] */
  readonly words: Float32Array;
  /**
   * [classes of the task]; for a ridge head 0 if the classes compete and keep the frequencies they were learned with.
   */
  readonly bias: Float32Array;
  readonly state: Tensors;
  readonly facts: Readonly<Record<string, number>>;
}

/** A task in which nothing is new and nothing is withdrawn is kept unchanged, bit for bit. */
export async function fitTask(
  job: TrainingJob,
  part: TaskPart,
  shared: SharedInput,
  progress: TrainingProgress,
): Promise<TaskFit> {
  const isUnchanged = part.fresh.targets.length + part.withdrawn.targets.length === 0;
  return isUnchanged ? keptTask(job, part, shared) : updatedTask(job, part, shared, progress);
}

function keptTask({ parent, lexical }: TrainingJob, { prefix, classes }: TaskPart, { width }: SharedInput): TaskFit {
  const state = parent && under(prefix, parent.state);
  if (!parent || !state || !unpackStatistics(state)) {
    const nothing = (rows: number) => new Float32Array(rows * classes.length);
    return {
      weight: nothing(width),
      words: nothing(lexical),
      bias: nothing(1),
      state: packStatistics(emptyStatistics(width, classes.length)),
      facts: {},
    };
  }
  const { shape, tensors } = parent.head;
  const columns = (name: string) =>
    takeColumns((tensors[name]?.data ?? new Float32Array(0)) as Float32Array, shape.classes, classes);
  return {
    weight: columns('weight'),
    words: columns('lexical'),
    bias: columns('bias'),
    state,
    facts: under(prefix, parent.facts),
  };
}

/**
 * Lambda is chosen again once the number of learned examples has grown by this factor since the last choice: the best
 * value drifts slowly, and the search is expensive.
 */
const growthToChoose = 1.5;

async function updatedTask(
  job: TrainingJob,
  part: TaskPart,
  shared: SharedInput,
  progress: TrainingProgress,
): Promise<TaskFit> {
  const sums = await updateSums({ job, part, shared }, progress);
  const { statistics, words, examples } = sums;
  const data: TaskData = { job, part, shared, sets: setsOf(part), statistics, words };
  const fit = await fitAvailable(data, (count) => progress(count, Math.max(count, 10), 'values of lambda'));
  const { weight, lexicalShare, calibrated } = fit;
  const { temperature, offset } = calibrated;
  return {
    weight: scaled(weight, unitOf(shared.features.kind) / temperature),
    words: scaled(lexicalWeights(words), lexicalShare / temperature),
    bias: scaled(
      biasOf(job, part, { offset, examples }).map((value, index) => value + (fit.bias?.[index] ?? 0) / temperature),
      1,
    ),
    state: packSums(sums),
    facts: {
      ...fit.facts,
      temperature,
      ...(job.lexical > 0 && { lexicalShare }),
      examplesInStatistics: statistics.count,
      examplesReread: fit.examplesReread,
      lambdaChosenAt: fit.lambdaChosenAt,
    },
  };
}

interface TaskChoice extends FewFit {
  readonly examplesReread: number;
  readonly lambdaChosenAt: number;
}

/**
 * Fits the head on the examples that can be read: all, or a sample; or, if they do not suffice, as the parent was
 * fitted. Otherwise an update that withdraws examples chooses everything anew, so that no choice rests on what was taken
 * out.
 */
async function fitAvailable(data: TaskData, tried: (count: number) => void): Promise<TaskChoice> {
  const { job, part, statistics } = data;
  const { threads } = job.settings;
  const before = under(part.prefix, job.parent?.facts ?? {});
  const chosen: typeof before = part.withdrawn.targets.length > 0 ? {} : before;
  const keep = statistics.count < growthToChoose * (chosen.lambdaChosenAt ?? 0) ? chosen.lambda : undefined;
  const lambdaChosenAt = keep === undefined ? statistics.count : chosen.lambdaChosenAt!;
  const search = { start: chosen.lambda, keep, threads, tried };
  const whole = await readWhole(data);
  if (whole) {
    const fit = await fitFew(whole, search, chosen);
    return { ...fit, examplesReread: whole.targets.length, lambdaChosenAt };
  }
  const rows = part.fresh.targets.length + part.replayed.targets.length;
  // The sums alone do not determine a regression: any sample is better than none.
  if (sufficesToChoose(part, statistics.count) || (before.logistic === 1 && rows > 0)) {
    const ridge = await fitRidge(statistics, await drawSample(data), search);
    return { ...ridge, facts: { lambda: ridge.lambda }, examplesReread: 0, lambdaChosenAt };
  }
  const fit = await fitUnseen(statistics, { facts: before, offset: offsetOfParent(job, part), threads });
  return { ...fit, examplesReread: 0, lambdaChosenAt: before.lambdaChosenAt! };
}

/** The parent's calibration offset of a multi-label task, which is the bias of each of its labels; otherwise 0. */
function offsetOfParent({ parent }: TrainingJob, { isMultiLabel, classes }: TaskPart): number {
  return isMultiLabel ? (parent?.head.tensors.bias?.data[classes[0]!] ?? 0) : 0;
}

/** For a multi-label task the offset of its calibration, for another task the offsets of its prior. */
function biasOf(
  { settings, classes }: TrainingJob,
  { isMultiLabel, classes: numbers }: TaskPart,
  { offset, examples }: { readonly offset: number; readonly examples: Float64Array | undefined },
): Float64Array {
  const { prior } = readSettings(ridgeSettings, settings);
  if (isMultiLabel || prior === 'observed') return new Float64Array(numbers.length).fill(offset);
  if (!examples) throw new Error('the state does not hold how many examples of each class it learned');
  return priorOffsets(
    prior,
    numbers.map((number) => classes[number]!),
    examples,
  );
}

function scaled(values: Float64Array, factor: number): Float32Array {
  const result = new Float32Array(values.length);
  for (let index = 0; index < values.length; index++) result[index] = values[index]! * factor;
  return result;
}
