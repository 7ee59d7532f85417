/** Fits the ridge head of one task: its statistics with the new examples, lambda, temperature, and lexical weights. */
import type { Tensor, Tensors } from '../../core/safetensors.js';
import { trueClasses } from '../answers.js';
import { ridgeSettings } from '../heads/ridge.js';
import type { TrainingJob, TrainingProgress } from '../job.js';
import { readSettings } from '../settings.js';
import type { TaskPart } from '../task-parts.js';
import { takeColumns, under } from '../task-parts.js';
import { type FewFit, fitFew } from './choose-head.js';
import { unitOf } from './features.js';
import { fitRidge } from './fit.js';
import { kernelInputs } from './kernel-input.js';
import { priorOffsets } from './label-prior.js';
import { drawSample, readWhole, type SharedInput, type TaskData } from './learned.js';
import { countLexical, emptyLexical, lexicalWeights, packLexical, unpackLexical } from './lexical.js';
import { addExamples, emptyStatistics, packStatistics, unpackStatistics, withClasses } from './statistics.js';

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

/** A task without new examples is kept unchanged, bit for bit. */
export async function fitTask(
  job: TrainingJob,
  part: TaskPart,
  shared: SharedInput,
  progress: TrainingProgress,
): Promise<TaskFit> {
  return part.fresh.targets.length === 0 ? keptTask(job, part, shared) : updatedTask(job, part, shared, progress);
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
  const { settings, dimension, lexical, parent } = job;
  const { threads } = settings;
  const classes = part.classes.length;
  const sets = part.isMultiLabel ? part.sets : undefined;
  const { features, width } = shared;
  const state = under(part.prefix, parent?.state ?? {});
  const statistics = await addExamples(
    withClasses(unpackStatistics(state) ?? emptyStatistics(width, classes), classes),
    {
      inputs: kernelInputs(part.fresh.vectors, shared, dimension),
      targets: part.fresh.targets,
      sets,
      features,
      threads,
      progress: (done, total) => progress(done, total, 'examples'),
    },
  );
  const words = countLexical(
    unpackLexical(state) ?? emptyLexical(lexical, classes),
    { ...part.fresh, sets, stride: dimension },
    classes,
  );
  const chosen = under(part.prefix, parent?.facts ?? {});
  const keep = statistics.count < growthToChoose * (chosen.lambdaChosenAt ?? 0) ? chosen.lambda : undefined;
  const tried = (count: number) => progress(count, Math.max(count, 10), 'values of lambda');
  const data: TaskData = { job, part, shared, sets, statistics, words };
  const whole = await readWhole(data);
  const search = { start: chosen.lambda, keep, threads, tried };
  const fit = whole ? await fitFew(whole, search, chosen) : await fitMany(statistics, await drawSample(data), search);
  const { weight, lexicalShare, calibrated } = fit;
  const { temperature, offset } = calibrated;
  const examples = countClasses(state, part);
  return {
    weight: scaled(weight, unitOf(features.kind) / temperature),
    words: scaled(lexicalWeights(words), lexicalShare / temperature),
    bias: scaled(
      biasOf(job, part, { offset, examples }).map((value, index) => value + (fit.bias?.[index] ?? 0) / temperature),
      1,
    ),
    state: {
      ...packStatistics(statistics),
      ...(lexical > 0 && packLexical(words)),
      ...(examples && packExamples(examples)),
    },
    facts: {
      ...fit.facts,
      temperature,
      ...(lexical > 0 && { lexicalShare }),
      examplesInStatistics: statistics.count,
      examplesReread: whole?.targets.length ?? 0,
      lambdaChosenAt: keep === undefined ? statistics.count : chosen.lambdaChosenAt!,
    },
  };
}

async function fitMany(...given: Parameters<typeof fitRidge>): Promise<FewFit> {
  const ridge = await fitRidge(...given);
  return { ...ridge, facts: { lambda: ridge.lambda } };
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

/**
 * Number of learned examples of each class, new ones included; undefined if the state comes from an earlier Espalier
 * that did not count them.
 */
function countClasses(state: Tensors, { classes, fresh, sets }: TaskPart): Float64Array | undefined {
  const before = examplesIn(state);
  if (!before && unpackStatistics(state)?.count) return undefined;
  const counts = new Float64Array(classes.length);
  counts.set(before?.data ?? []);
  for (const target of fresh.targets) for (const own of trueClasses(target, classes.length, sets)) counts[own]!++;
  return counts;
}

const packExamples = (examples: Float64Array): Tensors => ({
  examples: { dims: [examples.length], data: Int32Array.from(examples) },
});

/** The number of examples of each class in a state: an earlier Espalier stored it with the n-grams, or not at all. */
export function examplesIn(state: Tensors): Tensor | undefined {
  return state.examples ?? state['lexical.examples'];
}

function scaled(values: Float64Array, factor: number): Float32Array {
  const result = new Float32Array(values.length);
  for (let index = 0; index < values.length; index++) result[index] = values[index]! * factor;
  return result;
}
