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
import { featuresOf, featureUnit, ridgeShape } from '../heads/ridge.js';
import type { Batch, Strategy, TrainedHead, TrainingJob, TrainingProgress } from '../job.js';
import { taskTensor } from '../problem.js';
import { drawFeatures, type FeatureKind, type Features } from '../ridge/features.js';
import { fitRidge } from '../ridge/fit.js';
import { columnsOf } from '../ridge/leave-one-out.js';
import { countLexical, emptyLexical, leaveOneOutLexical, lexicalWeights, packLexical, unpackLexical } from '../ridge/lexical.js';
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
  headKinds: ['ridge'],
  summary: 'closed-form ridge head on random features; equals joint training',
  replays: true,
  options: {},
  continues(parent, { features, width }) {
    const { shape } = parent.head;
    const size = features === 'none' ? shape.dimension - shape.lexical : width;
    return parent.head.kind === 'ridge' && featuresOf(shape) === features && holdsStatistics(parent.state, size);
  },
  train: trainAnalytic,
};

/** How many learned examples choose lambda and calibrate the confidence. */
const sampleSize = 512;

async function trainAnalytic(job: TrainingJob, progress: TrainingProgress): Promise<TrainedHead> {
  const { settings, dimension, lexical } = job;
  const dense = dimension - lexical;
  const { seed, threads, features: kind } = settings;
  const width = kind === 'none' ? dense : settings.width;
  const { mean, scale, features } = fixedPart(job, { kind, width, seed });
  const before = (job.parent && unpackStatistics(job.parent.state)) ?? emptyStatistics(width, job.classes.length);
  const statistics = await addExamples(withClasses(before, job.classes.length), {
    inputs: standardise(job.fresh.vectors, { mean, scale }, dimension),
    targets: job.fresh.targets,
    features,
    threads,
    progress: (done, total) => progress(done, total, 'examples'),
  });
  const words = countLexical(
    (job.parent && unpackLexical(job.parent.state)) ?? emptyLexical(lexical, job.classes.length),
    { ...job.fresh, stride: dimension },
    job.classes.length,
  );
  const asked = drawLearned(job, statistics.count);
  const seen = await mapFeatures(standardise(asked.vectors, { mean, scale }, dimension), { features, dimension: dense, threads });
  const beside = lexical > 0 ? leaveOneOutLexical(words, { ...asked, stride: dimension }) : undefined;
  const { targets } = asked;
  const sample = { columns: columnsOf(seen, targets.length), targets, tasks: job.tasks, ...(beside && { beside }) };
  const tried = (count: number) => progress(count, Math.max(count, 4), 'values of lambda');
  const { lambda, temperature, weight, lexicalShare } = await fitRidge(statistics, sample, {
    start: job.parent?.facts.lambda,
    threads,
    tried,
  });
  const classes = job.classes.length;
  return {
    head: {
      kind: 'ridge',
      shape: { dimension, lexical, classes, ...ridgeShape(kind, width) },
      tensors: {
        mean,
        scale,
        ...features.tensors,
        weight: { dims: [width, classes], data: scaled(weight, 1 / temperature / featureUnit) },
        bias: { dims: [classes], data: new Float32Array(classes) },
        ...(lexical > 0 && { lexical: { dims: [lexical, classes], data: scaled(lexicalWeights(words), lexicalShare / temperature) } }),
        ...taskTensor(job),
      },
    },
    state: { ...packStatistics(statistics), ...(lexical > 0 && packLexical(words)) },
    facts: { lambda, temperature, ...(lexical > 0 && { lexicalShare }), examplesInStatistics: statistics.count },
  };
}

function scaled(values: Float64Array, factor: number): Float32Array {
  return Float32Array.from(values, (value) => value * factor);
}

/** Standardisation and map: the parent's, or new ones. */
function fixedPart(
  { parent, fresh, dimension: stride, lexical }: TrainingJob,
  { kind, width, seed }: { kind: FeatureKind; width: number; seed: number },
) {
  const dimension = stride - lexical;
  if (!parent) return { ...fitStandardisation(fresh.vectors, dimension, stride), features: drawFeatures(kind, { dimension, width, seed }) };
  const { mean, scale, map, phase } = parent.head.tensors;
  const features: Features = { kind, tensors: { ...(map && { map }), ...(phase && { phase }) } };
  return { mean: mean!, scale: scale!, features };
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
