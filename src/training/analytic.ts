/**
 * Closed-form learning on frozen features, the default: random ReLU features, accumulated ridge statistics, one solve.
 *
 * Because the statistics are sums, the head after any sequence of updates is the head of joint training on all of it (Zhuang et al.,
 * "ACIL: Analytic class-incremental learning with absolute memorization and privacy protection", NeurIPS 2022; McDonnell et al., "RanPAC",
 * NeurIPS 2023). Nothing is forgotten but what more classes make harder.
 *
 * Keeps: width (width + 1) / 2 + width x classes float64 (72 MB at width 4096 and 150 classes), whatever the history.
 * Costs an update: n width^2 + k width^3 / 3 for k values of lambda, whatever the history.
 */
import { seededRandom, shuffled } from '../core/random.js';
import { fitTemperature } from './calibration.js';
import { type Factor, factorise, solve, solveLower } from './cholesky.js';
import type { Batch, Strategy, TrainedHead, TrainingJob, TrainingProgress } from './job.js';
import { openProducts } from './native.js';
import { drawRandomFeatures } from './random-features.js';
import { chooseLambda } from './ridge-penalty.js';
import { addExamples, emptyStatistics, mapFeatures, packStatistics, type RidgeStatistics, unpackStatistics, withClasses } from './ridge-statistics.js';
import { fitStandardisation, standardise } from './standardise.js';

export const analytic: Strategy = {
  name: 'analytic',
  headKind: 'ridge',
  summary: 'closed-form ridge head on random features; equals joint training',
  replays: true,
  continues: (parent, settings) => parent.state['statistics.cross']?.dims[0] === settings.width,
  train: trainAnalytic,
};

/** How many examples calibrate the confidence. */
const calibrationExamples = 512;

async function trainAnalytic(job: TrainingJob, progress: TrainingProgress): Promise<TrainedHead> {
  const { settings, dimension } = job;
  const { seed, threads, width } = settings;
  const { mean, scale } = job.parent?.head ?? fitStandardisation(job.fresh.vectors, dimension);
  const map = job.parent?.head.map ?? drawRandomFeatures(dimension, width, seed);
  const before = (job.parent && unpackStatistics(job.parent.state)) ?? emptyStatistics(width, job.classes.length);
  const inputs = standardise(job.fresh.vectors, { mean, scale });
  const statistics = await addExamples(withClasses(before, job.classes.length), {
    inputs,
    targets: job.fresh.targets,
    map,
    threads,
    progress: (done, total) => progress(done, total, 'examples'),
  });
  const lambda = await chooseLambda(statistics, {
    start: job.parent?.facts.lambda,
    seed,
    threads,
    tried: (count) => progress(count, Math.max(count, 4), 'values of lambda'),
  });
  const sample = sampleForCalibration(job, standardise(job.replayed.vectors, { mean, scale }), inputs);
  const features = await mapFeatures(sample.vectors, map, threads);
  const { weight, temperature } = await solveHead(statistics, { lambda, threads, features, targets: sample.targets });
  const classes = job.classes.length;
  return {
    head: {
      kind: 'ridge',
      mean,
      scale,
      map,
      weight: { dims: [width, classes], data: Float32Array.from(weight, (value) => value / temperature) },
      bias: { dims: [classes], data: new Float32Array(classes) },
    },
    state: packStatistics(statistics),
    facts: { lambda, temperature, examplesInStatistics: statistics.count },
  };
}

/** (G + lambda I)^-1 Q, and the temperature that calibrates it. */
async function solveHead(
  statistics: RidgeStatistics,
  { lambda, threads, features, targets }: { lambda: number; threads: number; features: Float32Array; targets: Int32Array },
): Promise<{ weight: Float64Array; temperature: number }> {
  const { width, classes } = statistics;
  const products = await openProducts('float64', threads);
  try {
    const makeArray = (length: number) => new Float64Array(length);
    const factor = await factorise(statistics.gram, { size: width, ridge: lambda, products, makeArray });
    if (!factor) throw new Error(`the ridge statistics are not positive definite at lambda ${lambda}`);
    const weight = (await solve(factor, statistics.cross, classes)) as Float64Array;
    const scores = await leaveOneOutScores(factor, { weight, features, targets, classes });
    return { weight, temperature: fitTemperature(scores, targets, classes) };
  } finally {
    await products.close();
  }
}

/**
 * What the head would say of each example had it not learned it: s' = (s - a y) / (1 - a), with leverage a = h^T (G + lambda I)^-1 h
 * (Allen's PRESS residuals). Scores of learned examples themselves would make the head look surer than it is.
 */
async function leaveOneOutScores(
  factor: Factor,
  { weight, features, targets, classes }: { weight: Float64Array; features: Float32Array; targets: Int32Array; classes: number },
): Promise<Float64Array> {
  const [count, width] = [targets.length, factor.size];
  const turned = new Float64Array(features.length); // [width, count]
  for (let row = 0; row < count; row++) {
    for (let column = 0; column < width; column++) turned[column * count + row] = features[row * width + column]!;
  }
  const scores = (await factor.products.multiply(turned, weight, { inner: width, rows: count, columns: classes })) as Float64Array;
  const reduced = await solveLower(factor, turned, count);
  const leverage = new Float64Array(count);
  for (let index = 0; index < reduced.length; index++) leverage[index % count]! += reduced[index]! ** 2;
  return scores.map((score, index) => {
    const row = Math.floor(index / classes);
    const a = Math.min(leverage[row]!, 0.999);
    const truth = targets[row] === index % classes ? 1 : 0;
    return (score - a * truth) / (1 - a);
  });
}

/** Old and new examples alike; all of them are in the statistics. */
function sampleForCalibration({ replayed, fresh, dimension, settings }: TrainingJob, oldInputs: Float32Array, newInputs: Float32Array): Batch {
  const total = replayed.targets.length + fresh.targets.length;
  const rows = shuffled([...Array(total).keys()], seededRandom(settings.seed, 'calibration')).slice(0, calibrationExamples);
  const vectors = new Float32Array(rows.length * dimension);
  const targets = new Int32Array(rows.length);
  for (const [index, row] of rows.entries()) {
    const [source, labels, at] = row < replayed.targets.length ? [oldInputs, replayed.targets, row] : [newInputs, fresh.targets, row - replayed.targets.length];
    vectors.set(source.subarray(at * dimension, (at + 1) * dimension), index * dimension);
    targets[index] = labels[at]!;
  }
  return { vectors, targets };
}
