/** The learned examples of a task that are available to the job: all of them, or a sample. */
import { seededRandom, shuffled } from '../../core/random.js';
import { multiHot } from '../answers.js';
import { featuresOf as kindOfFeatures } from '../heads/ridge.js';
import type { Head, LabelledVectors, TrainingJob } from '../job.js';
import { type PickedRow, pickRows, totalWeight, weightAt } from '../rows.js';
import { standardise } from '../standardise.js';
import type { TaskPart } from '../task-parts.js';
import { spanned, type Whole } from './dual.js';
import { openFactorProducts } from './factor-products.js';
import type { Features } from './features.js';
import { type Groups, groupNearDuplicates } from './groups.js';
import { kernelOf } from './kernel.js';
import { type KernelInput, kernelInputs } from './kernel-input.js';
import { columnsOf, type LearnedSample } from './leave-groups-out.js';
import { type LexicalStatistics, leaveGroupsOutLexical } from './lexical.js';
import { mapFeatures, type RidgeStatistics } from './statistics.js';

/** Up to this number of learned examples a task counts as small: n x n and width x width cost about the same there. */
export const fewExamples = 3000;

/** The inputs that all tasks share. */
export interface SharedInput extends KernelInput {
  readonly features: Features;
  readonly width: number;
}

/** The inputs of a head that was trained. */
export function sharedInputOf({ shape, tensors }: Head): SharedInput {
  const { mean, scale, map, phase, signs } = tensors;
  const kind = kindOfFeatures(shape);
  return {
    mean: mean!,
    scale: scale!,
    signs,
    features: { kind, tensors: { ...(map && { map }), ...(phase && { phase }) } },
    width: kind === 'none' ? shape.dimension - shape.lexical : shape.width!,
  };
}

export interface TaskData {
  readonly job: TrainingJob;
  readonly part: TaskPart;
  readonly shared: SharedInput;
  /** Label sets of the targets from the number of classes on, in a multi-label task. */
  readonly sets: readonly (readonly number[])[] | undefined;
  /** Statistics that include the new examples. */
  readonly statistics: RidgeStatistics;
  readonly words: LexicalStatistics;
}

/**
 * All examples in the statistics, if the job has them and they are few. They are complete if their sums of features by
 * class equal those of the statistics to the bit.
 */
export async function readWhole(data: TaskData): Promise<Whole | undefined> {
  const { job, part, statistics, sets } = data;
  for (const before of [part.learned, part.replayed]) {
    if (!before || !isAsMany([before, part.fresh], statistics)) continue;
    const batch = inOrderOfIds([before, part.fresh], job.dimension);
    const features = await featuresOf(data, batch);
    if (!(await holds(data, batch, features))) continue;
    const groups = await groupsOf(data, batch);
    const kernel = await kernelOf(
      features,
      { features: data.shared.features, width: statistics.width },
      job.settings.threads,
    );
    const { targets } = batch;
    return {
      features,
      kernel,
      targets,
      sets,
      classes: statistics.classes,
      weights: batch.weights,
      groups,
      besideOf: job.lexical > 0 ? (out: Groups) => besideOf(data, batch, out)! : undefined,
      seed: job.settings.seed,
    };
  }
  return undefined;
}

/** Whether examples are few, and count together as much as those in the statistics. */
function isAsMany(batches: readonly LabelledVectors[], { count }: RidgeStatistics): boolean {
  const rows = batches.reduce((sum, { targets }) => sum + targets.length, 0);
  return rows > 0 && rows <= fewExamples && batches.reduce((sum, batch) => sum + totalWeight(batch), 0) === count;
}

/** Whether the statistics are those of the batch. */
async function holds(
  { statistics, sets, job }: TaskData,
  batch: LabelledVectors,
  features: Float32Array,
): Promise<boolean> {
  const { classes, cross } = statistics;
  const { targets } = batch;
  const truth = multiHot(targets, { classes, sets }, new Int8Array(targets.length * classes));
  const wanted = Float64Array.from(truth, (one, index) => one * weightAt(batch, Math.floor(index / classes)));
  const products = await openFactorProducts('float64', job.settings.threads);
  try {
    const sums = await spanned({ features, targets, classes }, wanted, products);
    return cross.every((value, index) => value === sums[index]);
  } finally {
    await products.close();
  }
}

/** Sorts the rows, so that the same rows give the same problem to the bit, in whatever order and parts they arrived. */
function inOrderOfIds(batches: readonly LabelledVectors[], dimension: number): LabelledVectors {
  const rows = batches.flatMap((batch) => Array.from(batch.ids, (id, row) => ({ batch, row, id })));
  return pickRows(
    rows.sort((a, b) => a.id - b.id),
    dimension,
  );
}

async function featuresOf({ job, shared }: TaskData, batch: LabelledVectors): Promise<Float32Array> {
  const inputs = kernelInputs(batch.vectors, shared, job.dimension);
  const dimension = inputs.length / batch.targets.length;
  return mapFeatures(inputs, { features: shared.features, dimension, threads: job.settings.threads });
}

function groupsOf(
  { job: { dimension, lexical, settings }, shared }: TaskData,
  { vectors }: LabelledVectors,
): Promise<Groups> {
  const inputs = standardise(vectors, shared, dimension);
  return groupNearDuplicates(
    { inputs, dimension: dimension - lexical, vectors, stride: dimension, lexical },
    settings.threads,
  );
}

function besideOf(
  { job: { dimension, lexical }, sets, words }: TaskData,
  batch: LabelledVectors,
  groups: Groups,
): Float64Array | undefined {
  return lexical > 0 ? leaveGroupsOutLexical(words, { ...batch, sets, stride: dimension }, groups) : undefined;
}

/** Number of learned examples used to choose lambda and to calibrate the confidence. */
const sampleSize = 512;

/**
 * Up to this number of available rows are searched for near-duplicates of the sample; if there are more, only the
 * sample is searched.
 */
const searchedRows = 6000;

/**
 * A sample of all examples in the statistics: new ones in their true proportion, the others from the replay buffer,
 * with their near-duplicates. Each is one piece of evidence for lambda and the confidence, whatever its weight: that
 * says how much the head learns from it, not how often it is asked.
 */
export async function drawSample(data: TaskData): Promise<LearnedSample> {
  const { job } = data;
  const picked = pickSample(data);
  const { fresh, replayed } = data.part;
  const pool = [fresh, replayed].flatMap((batch) => Array.from(batch.ids, (_, row) => ({ batch, row })));
  const found = pool.length <= searchedRows ? await withNearDuplicates(data, picked, pool) : picked;
  return sampleOf(data, pickRows(found, job.dimension));
}

/** Learned examples as a sample in which near-duplicates are left out together. */
export async function sampleOf(data: TaskData, asked: LabelledVectors): Promise<LearnedSample> {
  const groups = await groupsOf(data, asked);
  const beside = besideOf(data, asked, groups);
  const columns = columnsOf(await featuresOf(data, asked), asked.targets.length);
  const { targets, weights } = asked;
  return { columns, targets, weights, sets: data.sets, groups, ...(beside && { beside }) };
}

function pickSample({ job, part: { fresh, replayed }, statistics }: TaskData): PickedRow[] {
  const random = seededRandom(job.settings.seed, 'leave-one-out');
  const draw = (batch: LabelledVectors, wanted: number) =>
    shuffled([...batch.targets.keys()], random)
      .slice(0, wanted)
      .map((row) => ({ batch, row }));
  const share = replayed.targets.length === 0 ? 1 : totalWeight(fresh) / statistics.count;
  const old = draw(replayed, Math.round(sampleSize * (1 - share)));
  return [...draw(fresh, Math.max(1, Math.round(sampleSize * share))), ...old];
}

/** The rows, and the rows of the pool that share a group with one of them. */
async function withNearDuplicates(
  data: TaskData,
  picked: readonly PickedRow[],
  pool: readonly PickedRow[],
): Promise<PickedRow[]> {
  const groups = await groupsOf(data, pickRows(pool, data.job.dimension));
  const keyOf = ({ batch, row }: PickedRow) => `${batch === data.part.fresh ? 'fresh' : 'replayed'} ${row}`;
  const chosen = new Set(picked.map(keyOf));
  const isPicked = (place: number) => chosen.has(keyOf(pool[place]!));
  const others = groups
    .filter((group) => group.length > 1 && group.some(isPicked))
    .flatMap((group) => group.filter((place) => !isPicked(place)));
  return [...picked, ...others.map((place) => pool[place]!)];
}
