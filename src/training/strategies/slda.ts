/**
 * Streaming linear discriminant analysis (Hayes & Kanan, "Lifelong machine learning with deep streaming linear
 * discriminant analysis", CVPR workshops 2020): class means and one within-class covariance, from sums that forget
 * nothing, and from them the discriminants in closed form (heads/slda.ts). The covariance is shrunk by its own sampling
 * error (discriminant/covariance.ts) instead of the paper's fixed 1e-4. Every class counts as equally likely.
 * Probabilities are discriminants divided by a temperature, fitted on a sample of everything learned, each example left
 * out exactly (discriminant/leave-one-out.ts). Examples that are withdrawn are subtracted from the sums, exactly.
 *
 * Memory: d^2 / 2 + d x classes whole numbers (2.7 MB at 1024 dimensions and 150 classes), whatever the history; it
 * uses the buffer only for the sample. Cost of an update: n d^2 / 2 + d^3, under a second. Use it where memory is
 * scarce.
 */
import { EspalierError } from '../../core/errors.js';
import type { Tensors } from '../../core/safetensors.js';
import { type Whitened, whiten } from '../discriminant/covariance.js';
import { asIfComplete, leaveOneOut } from '../discriminant/leave-one-out.js';
import { sldaHead } from '../heads/slda.js';
import type { LabelledVectors, Strategy, TrainedHead, TrainingJob, TrainingProgress } from '../job.js';
import { sampleLearned, sufficesToChoose } from '../learned-sample.js';
import { goesOn } from '../options.js';
import { taskTensors } from '../problem.js';
import { type FactorProducts, openFactorProducts } from '../ridge/factor-products.js';
import { unitOf } from '../ridge/features.js';
import { kernelReader } from '../ridge/kernel-input.js';
import {
  addExamples,
  emptyStatistics,
  mapFeatures,
  notLearned,
  packStatistics,
  type RidgeStatistics,
  removeExamples,
  unpackStatistics,
  withClasses,
} from '../ridge/statistics.js';
import { pickRows, weightAt } from '../rows.js';
import { type Standardisation, standardisationOf, standardise } from '../standardise.js';
import { amongRivals, cautiousTemperature } from '../temperature.js';

const headKinds = [sldaHead.name];
const features = { kind: 'none', tensors: {} } as const;
const unit = unitOf(features.kind);

export const slda: Strategy = {
  name: 'slda',
  summary: 'linear discriminants from streaming means and one covariance',
  headKinds,
  replays: true,
  withdraws: true,
  multiLabel: false,
  options: {},
  continues: (parent, settings) => goesOn(headKinds, parent, settings) && parent.head.shape.unit === unit,
  train: trainSlda,
};

async function trainSlda(job: TrainingJob, progress: TrainingProgress): Promise<TrainedHead> {
  const { dimension: stride, lexical, classes, settings } = job;
  const { mean, scale } = standardisationOf(job);
  const { threads } = settings;
  const examples = countClasses(job);
  const statistics = await sumsOf(job, { mean, scale }, progress);
  if (statistics.count === 0) throw new EspalierError('NOTHING_TO_LEARN', 'every learned example is withdrawn');
  const products = await openFactorProducts('float64', threads);
  try {
    const whitened = await whiten({ statistics, examples, unit }, products);
    const sample = sampleOf(job, examples, statistics.count);
    const fitted = { whitened, examples, products, standardisation: { mean, scale } };
    const temperature = temperatureOfParent(job, statistics) ?? (await calibrated(job, sample, fitted));
    const shape = { dimension: stride, lexical, classes: classes.length, unit, relative: 1 };
    const tensors = {
      mean,
      scale,
      ...(await discriminants(whitened, examples, products)),
      temperature: scalar(temperature),
      ...taskTensors(job),
    };
    const state = { ...packStatistics(statistics), 'slda.examples': { dims: [classes.length], data: examples } };
    const facts = {
      shrinkage: whitened.shrinkage,
      temperature,
      calibratedOn: sample.targets.length,
      examplesInStatistics: statistics.count,
    };
    return { head: { kind: sldaHead.name, shape, tensors }, state, facts };
  } finally {
    await products.close();
  }
}

/** @throws STATE_MISMATCH if the parent's sums do not hold the withdrawn examples */
async function sumsOf(
  job: TrainingJob,
  standardisation: Standardisation,
  progress: TrainingProgress,
): Promise<RidgeStatistics> {
  const { dimension, lexical, classes, fresh, withdrawn, settings, parent } = job;
  const inputOf = (batch: LabelledVectors) => ({
    inputs: kernelReader(batch, standardisation, dimension),
    targets: batch.targets,
    weights: batch.weights,
    features,
    threads: settings.threads,
    progress: (done: number, total: number) => progress(done, total, 'examples'),
  });
  const known = (parent && unpackStatistics(parent.state)) ?? emptyStatistics(dimension - lexical, classes.length);
  const before = withClasses(known, classes.length);
  const left = withdrawn ? await removeExamples(before, inputOf(withdrawn)) : before;
  return addExamples(left, inputOf(fresh));
}

/** The parent's temperature, if the job has too few examples to fit another to. */
function temperatureOfParent(job: TrainingJob, { count }: RidgeStatistics): number | undefined {
  return sufficesToChoose(job, count) ? undefined : job.parent?.facts.temperature;
}

/** Greatest number of learned examples used to calibrate the confidence. */
const sampleSize = 512;

/** A sample of the learned examples, without those that are all that is known of their class: they cannot be left out. */
function sampleOf(
  { fresh, replayed, dimension, settings: { seed } }: TrainingJob,
  examples: Float64Array,
  learned: number,
): LabelledVectors {
  const batch = sampleLearned({ fresh, replayed, dimension, seed, learned, size: sampleSize });
  const rows = [...batch.targets.keys()].filter((row) => examples[batch.targets[row]!]! > weightAt(batch, row));
  return pickRows(
    rows.map((row) => ({ batch, row })),
    dimension,
  );
}

interface Fitted {
  readonly whitened: Whitened;
  readonly examples: Float64Array;
  readonly products: FactorProducts;
  readonly standardisation: Standardisation;
}

async function calibrated(
  job: TrainingJob,
  { vectors, targets, weights }: LabelledVectors,
  { standardisation, whitened, examples, products }: Fitted,
): Promise<number> {
  // If every class has one example, discriminants of different classes differ by about d: the answers are far from
  // certain.
  if (targets.length === 0) return job.dimension - job.lexical;
  const dimension = job.dimension - job.lexical;
  const { threads } = job.settings;
  // The inputs are rounded as in the sums: otherwise they could not be left out exactly.
  const rounded = await mapFeatures(standardise(vectors, standardisation, job.dimension), {
    features,
    dimension,
    threads,
  });
  const inputs = rounded.map((value) => value / unit);
  const left = { inputs, targets, weights, examples };
  const scores = asIfComplete(await leaveOneOut(left, whitened, products), left);
  return cautiousTemperature(amongRivals(scores, targets, job), targets, job.classes.length);
}

const scalar = (value: number) => ({ dims: [], data: Float32Array.of(value) });

/** The sum of the weights of each class's examples. @throws STATE_MISMATCH if more are withdrawn than were learned */
function countClasses({ classes, fresh, withdrawn, parent }: TrainingJob): Float64Array {
  const counts = new Float64Array(classes.length);
  counts.set(parent?.state['slda.examples']?.data ?? []);
  for (const [row, target] of (withdrawn?.targets ?? []).entries()) counts[target]! -= weightAt(withdrawn!, row);
  if (counts.some((count) => count < 0)) throw notLearned();
  for (const [row, target] of fresh.targets.entries()) counts[target]! += weightAt(fresh, row);
  return counts;
}

/**
 * W = R (m R)^T [d, classes] and b = -|m R|^2 / 2 of each class, and the same for the mean of all examples, the
 * background to which a distance is relative.
 */
async function discriminants(
  { whitener, means }: Whitened,
  examples: Float64Array,
  products: FactorProducts,
): Promise<Tensors> {
  const d = Math.sqrt(whitener.length);
  const classes = examples.length;
  const count = examples.reduce((a, b) => a + b);
  const columns = new Float64Array(d * (classes + 1));
  for (let index = 0; index < classes; index++)
    for (let column = 0; column < d; column++) {
      const value = means[index * d + column]!;
      columns[column * (classes + 1) + index] = value;
      columns[column * (classes + 1) + classes]! += (value * examples[index]!) / count;
    }
  const bias = new Float64Array(classes + 1);
  for (const [at, value] of columns.entries()) bias[at % (classes + 1)]! -= value ** 2 / 2;
  const weight = products.makeArray(columns.length);
  await products.multiply({ data: whitener, dims: [d, d] }, { data: columns, dims: [d, classes + 1] }, weight);
  const ofClasses = (values: ArrayLike<number>) =>
    Float32Array.from(values).filter((_, at) => at % (classes + 1) < classes);
  const ofAll = (values: ArrayLike<number>) =>
    Float32Array.from(values).filter((_, at) => at % (classes + 1) === classes);
  return {
    weight: { dims: [d, classes], data: ofClasses(weight) },
    bias: { dims: [classes], data: ofClasses(bias) },
    'background.weight': { dims: [d, 1], data: ofAll(weight) },
    'background.bias': { dims: [1], data: ofAll(bias) },
  };
}
