/**
 * Closed-form learning on frozen features, the default: random ReLU features, accumulated ridge statistics, one solve.
 *
 * Because the statistics are sums, the head after any sequence of updates is the head of joint training on all of it (Zhuang et al.,
 * "ACIL: Analytic class-incremental learning with absolute memorization and privacy protection", NeurIPS 2022; McDonnell et al., "RanPAC",
 * NeurIPS 2023). Nothing is forgotten but what more classes make harder.
 *
 * Keeps: width^2 / 2 + width x classes whole numbers (38 MB at width 4096 and 150 classes), whatever the history.
 * Costs an update: n width^2 / 2 + width^3 / 6 and less for choosing lambda, whatever the history.
 */
import { seededRandom, shuffled } from '../../core/random.js';
import type { Batch, Strategy, TrainedHead, TrainingJob, TrainingProgress } from '../job.js';
import { drawFeatures, type Features } from '../ridge/features.js';
import { fitRidge } from '../ridge/fit.js';
import { columnsOf } from '../ridge/leave-one-out.js';
import {
  addExamples,
  emptyStatistics,
  holdsStatistics,
  mapFeatures,
  packStatistics,
  unpackStatistics,
  withClasses,
} from '../ridge/statistics.js';
import { fitStandardisation, standardise } from '../standardise.js';

export const analytic: Strategy = {
  name: 'analytic',
  headKind: 'ridge',
  summary: 'closed-form ridge head on random features; equals joint training',
  replays: true,
  continues: (parent, settings) => holdsStatistics(parent.state, settings.width),
  train: trainAnalytic,
};

/** How many learned examples choose lambda and calibrate the confidence. */
const sampleSize = 512;

async function trainAnalytic(job: TrainingJob, progress: TrainingProgress): Promise<TrainedHead> {
  const { settings, dimension } = job;
  const { seed, threads, width } = settings;
  const { mean, scale } = job.parent?.head ?? fitStandardisation(job.fresh.vectors, dimension);
  const map = job.parent?.head.map;
  const features: Features = map ? { kind: 'relu', tensors: { map } } : drawFeatures('relu', { dimension, width, seed });
  const before = (job.parent && unpackStatistics(job.parent.state)) ?? emptyStatistics(width, job.classes.length);
  const statistics = await addExamples(withClasses(before, job.classes.length), {
    inputs: standardise(job.fresh.vectors, { mean, scale }),
    targets: job.fresh.targets,
    features,
    threads,
    progress: (done, total) => progress(done, total, 'examples'),
  });
  const asked = drawLearned(job, statistics.count);
  const seen = await mapFeatures(standardise(asked.vectors, { mean, scale }), { features, dimension, threads });
  const sample = { columns: columnsOf(seen, asked.targets.length), targets: asked.targets };
  const tried = (count: number) => progress(count, Math.max(count, 4), 'values of lambda');
  const { lambda, temperature, weight } = await fitRidge(statistics, sample, { start: job.parent?.facts.lambda, threads, tried });
  const classes = job.classes.length;
  return {
    head: {
      kind: 'ridge',
      mean,
      scale,
      map: features.tensors.map,
      weight: { dims: [width, classes], data: Float32Array.from(weight, (value) => value / temperature) },
      bias: { dims: [classes], data: new Float32Array(classes) },
    },
    state: packStatistics(statistics),
    facts: { lambda, temperature, examplesInStatistics: statistics.count },
  };
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
  return { vectors, targets: Int32Array.from(picked, ({ batch, row }) => batch.targets[row]!) };
}
