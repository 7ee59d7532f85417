/**
 * The sums of one task: ridge statistics, counts of n-grams, and examples of each class. An update subtracts the
 * withdrawn examples from those of the parent, and adds the new ones. All sums are exact, so that they are, to the bit,
 * those of what is left, whatever the order of the updates.
 */
import type { Tensor, Tensors } from '../../core/safetensors.js';
import { trueClasses } from '../answers.js';
import type { LabelledVectors, TrainingJob, TrainingProgress } from '../job.js';
import { slicesOf, weightAt } from '../rows.js';
import { type TaskPart, under } from '../task-parts.js';
import { narrowestNumbers } from './gram.js';
import { kernelReader } from './kernel-input.js';
import type { SharedInput } from './learned.js';
import { countLexical, emptyLexical, type LexicalStatistics, packLexical, unpackLexical } from './lexical.js';
import {
  addExamples,
  emptyStatistics,
  notLearned,
  packStatistics,
  type RidgeStatistics,
  removeExamples,
  unpackStatistics,
  withClasses,
} from './statistics.js';

export interface TaskSums {
  readonly statistics: RidgeStatistics;
  readonly words: LexicalStatistics;
  /**
   * Sum of the weights of each class's examples; undefined if the state comes from an earlier Espalier that did not
   * count them.
   */
  readonly examples: Float64Array | undefined;
}

export interface SumsRequest {
  readonly job: TrainingJob;
  readonly part: TaskPart;
  readonly shared: SharedInput;
}

/** @throws STATE_MISMATCH if the parent's sums do not hold the withdrawn examples */
export async function updateSums(request: SumsRequest, progress: TrainingProgress): Promise<TaskSums> {
  const { fresh, withdrawn } = request.part;
  const before = sumsOfParent(request);
  const left = withdrawn.targets.length > 0 ? await takeOut(request, before, progress) : before;
  const statistics = await addExamples(left.statistics, inputOf(request, fresh, progress));
  return { statistics, ...countBoth(request, left, fresh, 1) };
}

async function takeOut(request: SumsRequest, sums: TaskSums, progress: TrainingProgress): Promise<TaskSums> {
  const { withdrawn } = request.part;
  const statistics = await removeExamples(sums.statistics, inputOf(request, withdrawn, progress));
  const { words, examples } = countBoth(request, sums, withdrawn, -1);
  const isNegative = (count: number) => count < 0;
  if (words.counts.some(isNegative) || words.all?.counts.some(isNegative) || examples?.some(isNegative))
    throw notLearned();
  return { statistics, words, examples };
}

function sumsOfParent({ job, part, shared }: SumsRequest): TaskSums {
  const classes = part.classes.length;
  const state = under(part.prefix, job.parent?.state ?? {});
  const statistics = unpackStatistics(state) ?? emptyStatistics(shared.width, classes);
  return {
    statistics: withClasses(statistics, classes),
    words: unpackLexical(state) ?? emptyLexical(job.lexical, classes),
    examples: countsIn(state, classes),
  };
}

function countsIn(state: Tensors, classes: number): Float64Array | undefined {
  const before = examplesIn(state);
  if (!before && state['statistics.count']?.data[0]) return undefined;
  const counts = new Float64Array(classes);
  counts.set(before?.data ?? []);
  return counts;
}

function inputOf({ job, part, shared }: SumsRequest, batch: LabelledVectors, progress: TrainingProgress) {
  return {
    inputs: kernelReader(batch, shared, job.dimension),
    targets: batch.targets,
    weights: batch.weights,
    sets: setsOf(part),
    features: shared.features,
    threads: job.settings.threads,
    progress: (done: number, total: number) => progress(done, total, 'examples'),
  };
}

/** Label sets of the targets from the number of classes on, in a multi-label task. */
export function setsOf({ isMultiLabel, sets }: TaskPart): TaskPart['sets'] | undefined {
  return isMultiLabel ? sets : undefined;
}

/** Adds a batch to the counts of n-grams and of examples, or removes it with sign -1. */
function countBoth(
  { job, part }: SumsRequest,
  { words, examples }: TaskSums,
  batch: LabelledVectors,
  sign: 1 | -1,
): Omit<TaskSums, 'statistics'> {
  const classes = part.classes.length;
  const counts = examples?.slice();
  for (const [row, target] of batch.targets.entries())
    for (const own of trueClasses(target, classes, part.sets)) if (counts) counts[own]! += sign * weightAt(batch, row);
  const shared = { sets: setsOf(part), stride: job.dimension };
  const none = { vectors: new Float32Array(0), targets: new Int32Array(0), ...shared };
  let counted = countLexical(words, none, classes, sign);
  for (const { start, end, vectors } of slicesOf(batch, job.dimension)) {
    const targets = batch.targets.subarray(start, end);
    const weights = batch.weights?.subarray(start, end);
    counted = countLexical(counted, { vectors, targets, weights, ...shared }, classes, sign);
  }
  return { words: counted, examples: counts };
}

export function packSums({ statistics, words, examples }: TaskSums): Tensors {
  return {
    ...packStatistics(statistics),
    ...(words.buckets > 0 && packLexical(words)),
    ...(examples && { examples: { dims: [examples.length], data: narrowestNumbers(examples) } }),
  };
}

/** The number of examples of each class in a state: an earlier Espalier stored it with the n-grams, or not at all. */
export function examplesIn(state: Tensors): Tensor | undefined {
  return state.examples ?? state['lexical.examples'];
}
