/**
 * Streaming linear discriminant analysis (Hayes & Kanan, "Lifelong machine learning with deep streaming linear discriminant analysis",
 * CVPR workshops 2020): class means and one within-class covariance, from sums that forget nothing, and from them the discriminants in closed
 * form (heads/slda.ts). The covariance is drawn towards a multiple of the identity by as much as its own sampling error asks for (oracle
 * approximating shrinkage: Chen et al., "Shrinkage algorithms for MMSE covariance estimation", IEEE TSP 2010, equation 23), in place of the
 * paper's fixed 1e-4. Every class counts as equally likely.
 *
 * Keeps: d^2 / 2 + d x classes whole numbers (2.7 MB at 1024 dimensions and 150 classes), whatever the history. Costs an update: n d^2 / 2 + d^3,
 * under a second. Use it where memory is scarce, or where what is unknown must be told by its distance.
 */
import type { Tensors } from '../../core/safetensors.js';
import type { Strategy, TrainedHead, TrainingJob, TrainingProgress } from '../job.js';
import { goesOn } from '../options.js';
import { taskTensors } from '../problem.js';
import { fitTemperature } from '../ridge/calibration.js';
import { factorise, solveLower } from '../ridge/cholesky.js';
import { type FactorProducts, openFactorProducts } from '../ridge/factor-products.js';
import { unitOf } from '../ridge/features.js';
import { copyRows } from '../ridge/gram.js';
import { addExamples, emptyStatistics, packStatistics, type RidgeStatistics, unpackStatistics, withClasses } from '../ridge/statistics.js';
import { standardisationOf, standardise } from '../standardise.js';

const headKinds = ['slda'] as const;
const features = { kind: 'none', tensors: {} } as const;
const unit = unitOf(features.kind);

export const slda: Strategy = {
  name: 'slda',
  summary: 'linear discriminants from streaming sums; knows what is far from all',
  headKinds,
  replays: false,
  multiLabel: false,
  options: {},
  continues: (parent, settings) => goesOn(headKinds, parent, settings) && parent.head.shape.unit === unit,
  train: trainSlda,
};

async function trainSlda(job: TrainingJob, progress: TrainingProgress): Promise<TrainedHead> {
  const { dimension: stride, lexical, classes, fresh, settings, parent } = job;
  const dimension = stride - lexical;
  const { mean, scale } = standardisationOf(job);
  const inputs = standardise(fresh.vectors, { mean, scale }, stride);
  const { threads } = settings;
  const before = (parent && unpackStatistics(parent.state)) ?? emptyStatistics(dimension, classes.length);
  const statistics = await addExamples(withClasses(before, classes.length), {
    inputs,
    targets: fresh.targets,
    features,
    threads,
    progress: (done, total) => progress(done, total, 'examples'),
  });
  const examples = countClasses(job);
  const products = await openFactorProducts('float64', threads);
  try {
    const { whitener, means, shrinkage } = await whiten(statistics, examples, products);
    const asked = everyFew(inputs, fresh.targets);
    const whitened = products.makeArray(asked.inputs.length);
    const rows = { data: Float64Array.from(asked.inputs), dims: [asked.targets.length, dimension] as const };
    await products.multiply(rows, { data: whitener, dims: [dimension, dimension] }, whitened);
    const scores = leaveOneOut(whitened, means, { examples, targets: asked.targets });
    const temperature = fitTemperature(scores, asked.targets, classes.length);
    const shape = { dimension: stride, lexical, classes: classes.length, unit };
    const tensors = {
      mean,
      scale,
      ...(await discriminants(whitener, means, products)),
      temperature: scalar(temperature),
      ...taskTensors(job),
    };
    const state = { ...packStatistics(statistics), 'slda.examples': { dims: [classes.length], data: examples } };
    return { head: { kind: 'slda', shape, tensors }, state, facts: { shrinkage, temperature, examplesInStatistics: statistics.count } };
  } finally {
    await products.close();
  }
}

/** At most so many new examples calibrate the confidence. */
const sampleSize = 512;

function everyFew(inputs: Float32Array, targets: Int32Array): { inputs: Float32Array; targets: Int32Array } {
  const d = inputs.length / targets.length;
  const step = Math.ceil(targets.length / sampleSize);
  const rows = [...targets.keys()].filter((row) => row % step === 0);
  const picked = new Float32Array(rows.length * d);
  for (const [index, row] of rows.entries()) picked.set(inputs.subarray(row * d, (row + 1) * d), index * d);
  return { inputs: picked, targets: Int32Array.from(rows, (row) => targets[row]!) };
}

const scalar = (value: number) => ({ dims: [], data: Float32Array.of(value) });

function countClasses({ classes, fresh, parent }: TrainingJob): Float64Array {
  const counts = new Float64Array(classes.length);
  counts.set(parent?.state['slda.examples']?.data ?? []);
  for (const target of fresh.targets) counts[target]! += 1;
  return counts;
}

interface Whitened {
  /** R with R R^T the precision, [d, d]. */
  readonly whitener: Float64Array;
  /** m R, [classes, d]. */
  readonly means: Float64Array;
  /** How far the covariance was drawn to the identity, 0 to 1. */
  readonly shrinkage: number;
}

async function whiten(statistics: RidgeStatistics, examples: Float64Array, products: FactorProducts): Promise<Whitened> {
  const { width: d, classes, count } = statistics;
  const covariance = withinClasses(statistics, examples);
  const { shrinkage, ridge } = shrink(covariance, d, count);
  const copy = (into: { [index: number]: number }, top: number, height: number) => {
    for (let row = 0; row < height; row++)
      for (let column = top; column < d; column++)
        into[row * (d - top) + column - top] = (1 - shrinkage) * covariance[(top + row) * d + column]!;
  };
  const factor = await factorise(copy, { size: d, ridge, products });
  if (!factor) throw new Error('the shrunk covariance is not positive definite');
  const identity = new Float64Array(d * d);
  for (let index = 0; index < d; index++) identity[index * d + index] = 1;
  // U^-T, whose transpose U^-1 times itself is the precision.
  const inverse = await solveLower(factor, identity, d);
  const whitener = new Float64Array(d * d);
  for (let row = 0; row < d; row++) for (let column = 0; column < d; column++) whitener[column * d + row] = inverse[row * d + column]!;
  const means = products.makeArray(classes * d) as Float64Array;
  const own = Float64Array.from({ length: classes * d }, (_, index) => meanOf(statistics, examples, Math.floor(index / d), index % d));
  await products.multiply({ data: own, dims: [classes, d] }, { data: whitener, dims: [d, d] }, means);
  return { whitener, means, shrinkage };
}

/** 0 for a class that no example is of. */
function meanOf({ cross, classes }: RidgeStatistics, examples: Float64Array, target: number, column: number): number {
  return cross[column * classes + target]! / unit / Math.max(1, examples[target]!);
}

/** (sum x x^T - sum of n_c m_c m_c^T) / n, [d, d] */
function withinClasses(statistics: RidgeStatistics, examples: Float64Array): Float64Array {
  const { width: d, gram, cross, classes, count } = statistics;
  const whole = new Float64Array(d * d);
  copyRows(gram, d)(whole, 0, d);
  for (let row = 0; row < d; row++) {
    for (let column = row; column < d; column++) {
      let between = 0;
      for (let index = 0; index < classes; index++)
        between += (cross[row * classes + index]! * cross[column * classes + index]!) / Math.max(1, examples[index]!);
      const value = (whole[row * d + column]! - between) / (count * unit ** 2);
      whole[row * d + column] = value;
      whole[column * d + row] = value;
    }
  }
  return whole;
}

/** Oracle approximating shrinkage of a covariance over n examples: S' = (1 - shrinkage) S + ridge I. */
function shrink(covariance: Float64Array, d: number, n: number): { shrinkage: number; ridge: number } {
  let [trace, squares] = [0, 0];
  for (let index = 0; index < d; index++) trace += covariance[index * d + index]!;
  for (const value of covariance) squares += value * value;
  const wanted = (1 - 2 / d) * squares + trace ** 2;
  const shrinkage = Math.min(1, wanted / ((n + 1 - 2 / d) * Math.max(squares - trace ** 2 / d, Number.MIN_VALUE)));
  // A covariance of nothing but zeros still needs a scale.
  return { shrinkage, ridge: Math.max((shrinkage * trace) / d, 1e-6) };
}

/** W = R (m R)^T [d, classes] and b = -|m R|^2 / 2. */
async function discriminants(whitener: Float64Array, means: Float64Array, products: FactorProducts): Promise<Tensors> {
  const d = Math.sqrt(whitener.length);
  const classes = means.length / d;
  const columns = new Float64Array(means.length);
  const bias = new Float32Array(classes);
  for (let index = 0; index < classes; index++) {
    for (let column = 0; column < d; column++) {
      const value = means[index * d + column]!;
      columns[column * classes + index] = value;
      bias[index]! -= (value * value) / 2;
    }
  }
  const weight = products.makeArray(d * classes);
  await products.multiply({ data: whitener, dims: [d, d] }, { data: columns, dims: [d, classes] }, weight);
  return {
    weight: { dims: [d, classes], data: Float32Array.from(weight) },
    bias: { dims: [classes], data: bias },
    whitener: { dims: [d, d], data: Float32Array.from(whitener) },
  };
}

/** Scores of whitened examples [n, d], each without its own share of its class's mean: z m - |m|^2 / 2. [n, classes] */
function leaveOneOut(
  whitened: ArrayLike<number>,
  means: Float64Array,
  { examples, targets }: { examples: Float64Array; targets: Int32Array },
): Float64Array {
  const classes = examples.length;
  const d = means.length / classes;
  const scores = new Float64Array(targets.length * classes);
  for (const [row, target] of targets.entries()) {
    const left = examples[target]! > 1 ? 1 / (examples[target]! - 1) : 0;
    for (let index = 0; index < classes; index++) {
      let score = 0;
      for (let column = 0; column < d; column++) {
        const z = whitened[row * d + column]!;
        const mean = means[index * d + column]!;
        const own = index === target ? mean - (z - mean) * left : mean;
        score += z * own - own ** 2 / 2;
      }
      scores[row * classes + index] = score;
    }
  }
  return scores;
}
