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
import { seededRandom, shuffled } from '../../core/random.js';
import type { Batch, Strategy, TrainedHead, TrainingJob, TrainingProgress } from '../job.js';
import { openProducts } from '../native.js';
import { taskTensor } from '../problem.js';
import { factorise, solve } from '../ridge/cholesky.js';
import { columnsOf } from '../ridge/leave-one-out.js';
import { chooseLambda } from '../ridge/penalty.js';
import { drawRandomFeatures } from '../ridge/random-features.js';
import {
  addExamples,
  emptyStatistics,
  mapFeatures,
  packStatistics,
  type RidgeStatistics,
  unpackStatistics,
  withClasses,
} from '../ridge/statistics.js';
import { fitStandardisation, standardise } from '../standardise.js';

export const analytic: Strategy = {
  name: 'analytic',
  headKinds: ['ridge'],
  summary: 'closed-form ridge head on random features; equals joint training',
  replays: true,
  options: {},
  continues: (parent, settings) => parent.state['statistics.cross']?.dims[0] === settings.width,
  train: trainAnalytic,
};

/** How many learned examples choose lambda and calibrate the confidence. */
const sampleSize = 512;

async function trainAnalytic(job: TrainingJob, progress: TrainingProgress): Promise<TrainedHead> {
  const { settings, dimension } = job;
  const { seed, threads, width } = settings;
  const known = job.parent?.head.tensors;
  const { mean, scale } = known ? { mean: known.mean!, scale: known.scale! } : fitStandardisation(job.fresh.vectors, dimension);
  const map = known?.map ?? drawRandomFeatures(dimension, width, seed);
  const before = (job.parent && unpackStatistics(job.parent.state)) ?? emptyStatistics(width, job.classes.length);
  const statistics = await addExamples(withClasses(before, job.classes.length), {
    inputs: standardise(job.fresh.vectors, { mean, scale }),
    targets: job.fresh.targets,
    map,
    threads,
    progress: (done, total) => progress(done, total, 'examples'),
  });
  const asked = drawLearned(job, statistics.count);
  const features = await mapFeatures(standardise(asked.vectors, { mean, scale }), map, threads);
  const sample = { columns: columnsOf(features, asked.targets.length), targets: asked.targets };
  const tried = (count: number) => progress(count, Math.max(count, 4), 'values of lambda');
  const { lambda, temperature } = await chooseLambda(statistics, { start: job.parent?.facts.lambda, sample, threads, tried });
  const weight = await solveHead(statistics, lambda, threads);
  const classes = job.classes.length;
  return {
    head: {
      kind: 'ridge',
      shape: { dimension, classes, width },
      tensors: {
        mean,
        scale,
        map,
        weight: { dims: [width, classes], data: Float32Array.from(weight, (value) => value / temperature) },
        bias: { dims: [classes], data: new Float32Array(classes) },
        ...taskTensor(job),
      },
    },
    state: packStatistics(statistics),
    facts: { lambda, temperature, examplesInStatistics: statistics.count },
  };
}

/** (G + lambda I)^-1 Q */
async function solveHead({ width, classes, gram, cross }: RidgeStatistics, lambda: number, threads: number): Promise<Float64Array> {
  const products = await openProducts('float64', threads);
  try {
    const makeArray = (length: number) => new Float64Array(length);
    const factor = await factorise(gram, { size: width, ridge: lambda, products, makeArray });
    if (!factor) throw new Error(`the ridge statistics are not positive definite at lambda ${lambda}`);
    return (await solve(factor, cross, classes)) as Float64Array;
  } finally {
    await products.close();
  }
}

/** A sample of all that is in the statistics: new examples in their true share of it, the rest from the replay buffer. */
function drawLearned({ replayed, fresh, dimension, settings }: TrainingJob, learned: number): Batch {
  const random = seededRandom(settings.seed, 'leave-one-out');
  const draw = (batch: Batch, wanted: number) =>
    shuffled([...batch.targets.keys()], random)
      .slice(0, wanted)
      .map((row) => ({ batch, row }));
  const share = replayed.targets.length === 0 ? 1 : fresh.targets.length / learned;
  const old = draw(replayed, Math.round(sampleSize * (1 - share)));
  const picked = [...draw(fresh, Math.max(1, Math.round(sampleSize * share))), ...old];
  const vectors = new Float32Array(picked.length * dimension);
  for (const [index, { batch, row }] of picked.entries())
    vectors.set(batch.vectors.subarray(row * dimension, (row + 1) * dimension), index * dimension);
  const take = (what: 'targets' | 'ids') => Int32Array.from(picked, ({ batch, row }) => batch[what][row]!);
  return { vectors, targets: take('targets'), ids: take('ids') };
}
