/** Trains a softmax readout over fixed features, epoch by epoch, each epoch one native call. */
import { EspalierError } from '../core/errors.js';
import { seededRandom } from '../core/random.js';
import type { Tensor } from '../core/safetensors.js';
import { noClipping } from './autodiff/clipping.js';
import { openEpoch, type States, startingStates, type Training } from './autodiff/epoch.js';
import { minibatch, targets, whole } from './autodiff/expression.js';
import { constantRate } from './autodiff/learning-rate.js';
import { crossEntropy } from './autodiff/losses.js';
import { adamW } from './autodiff/optimiser.js';
import { linearHead } from './heads/linear.js';
import type { Batch, Head, TrainedHead, TrainingJob, TrainingProgress } from './job.js';
import { drawMinibatches } from './minibatches.js';
import { mapFeatures } from './ridge/statistics.js';
import { fitStandardisation, standardise } from './standardise.js';

/** Of a class that is neither new nor in the buffer. */
const smallestShare = 1e-4;

/** Of the minibatches. */
interface Shape {
  readonly features: number;
  readonly classes: number;
  readonly batch: number;
}

/**
 * Fresh examples in epochs of minibatches; where the job carries replayed ones, every minibatch is completed by `replayRatio` times as many of those
 * (experience replay: Chaudhry et al., "On tiny episodic memories in continual learning", 2019).
 * @throws TRAINING_DIVERGED
 */
export async function trainSoftmax(job: TrainingJob, progress: TrainingProgress): Promise<TrainedHead> {
  const { settings, dimension } = job;
  const base = startingHead(job);
  const inputs = standardise(concatenate(job.fresh.vectors, job.replayed.vectors), base);
  const { map } = base;
  const drawn = map && { features: { kind: 'relu' as const, tensors: { map } }, dimension, threads: settings.threads };
  const x = drawn ? await mapFeatures(inputs, drawn) : inputs;
  const y = Int32Array.from([...job.fresh.targets, ...job.replayed.targets]);
  const features = base.map ? base.map.dims[1]! : dimension;
  const replaying = job.replayed.targets.length > 0;
  const shape = { features, classes: job.classes.length, batch: settings.batchSize * (replaying ? 1 + settings.replayRatio : 1) };
  const { states, losses } = await runEpochs(job, { shape, x, y, base, progress });
  const read = (name: 'weight' | 'bias'): Tensor => ({ dims: base[name].dims, data: states[name] as Float32Array });
  return {
    head: { ...base, kind: 'linear', weight: read('weight'), bias: read('bias') },
    state: {},
    facts: { firstLoss: losses[0]!, lastLoss: losses.at(-1)! },
  };
}

interface Epochs {
  readonly shape: Shape;
  readonly x: Float32Array;
  readonly y: Int32Array;
  readonly base: Head;
  readonly progress: TrainingProgress;
}

/** A linear head on top of the logarithm of the class prior, by AdamW. */
export function softmaxTraining({ features, classes, batch }: Shape, weightDecay: number): Training {
  const scores = linearHead.scores(minibatch('x', [batch, features]), classes);
  const loss = crossEntropy(scores, targets('y', batch), { prior: whole('prior', [classes]) });
  return { loss, optimiser: adamW({ weightDecay }), clipping: noClipping, precision: 'float32' };
}

async function runEpochs(job: TrainingJob, { shape, x, y, base, progress }: Epochs) {
  const { settings, fresh, replayed } = job;
  const steps = Math.ceil(fresh.targets.length / settings.batchSize);
  const random = seededRandom(settings.seed, 'minibatches', job.strategy);
  const training = softmaxTraining(shape, settings.weightDecay);
  const epoch = await openEpoch(training, settings.threads);
  const prior = logPrior(fresh, replayed, shape, settings.batchSize);
  const learningRate = constantRate(settings.learningRate);
  let states = startingStates(training, seededRandom(settings.seed, 'head'), { weight: base.weight.data, bias: base.bias.data });
  const losses: number[] = [];
  try {
    for (let done = 0; done < settings.epochs; done++) {
      const order = drawMinibatches({ fresh, replayed, batchSize: settings.batchSize, width: shape.batch, steps, random });
      const after = await epoch.run({ data: { x, y, prior, order }, states, steps, stepsBefore: done * steps, learningRate });
      states = after.states;
      losses.push(after.loss);
      if (!isFiniteRun(after.loss, states))
        throw new EspalierError('TRAINING_DIVERGED', `the loss is ${after.loss} after epoch ${done + 1}`);
      progress(done + 1, settings.epochs, 'epochs');
    }
  } finally {
    await epoch.close();
  }
  return { states, losses };
}

/** The parent's head with room for new classes, or an empty one. New classes start at the mean of nothing: zero. */
function startingHead({ parent, fresh, dimension, classes }: TrainingJob): Head {
  const kept = parent?.head;
  const { mean, scale } = kept ?? fitStandardisation(fresh.vectors, dimension);
  const features = kept?.map ? kept.map.dims[1]! : dimension;
  const weight = new Float32Array(features * classes.length);
  const bias = new Float32Array(classes.length);
  if (kept) {
    const known = kept.bias.data.length;
    for (let row = 0; row < features; row++) weight.set(kept.weight.data.subarray(row * known, (row + 1) * known), row * classes.length);
    bias.set(kept.bias.data);
  }
  return {
    kind: 'linear',
    mean,
    scale,
    map: kept?.map,
    weight: { dims: [features, classes.length], data: weight },
    bias: { dims: [classes.length], data: bias },
  };
}

/**
 * The logarithm of each class's share of the minibatches. A new class is far more frequent there than an old one; learning scores on
 * top of that share instead of into it keeps old classes from being outbid (logit adjustment: Menon et al., ICLR 2021). Without
 * replayed examples the old classes have no share at all, and nothing is adjusted.
 */
function logPrior(fresh: Batch, replayed: Batch, { classes, batch }: Shape, batchSize: number): Float32Array {
  const shares = new Float32Array(classes);
  if (replayed.targets.length === 0) return shares;
  const freshShare = batchSize / batch;
  for (const target of fresh.targets) shares[target]! += freshShare / fresh.targets.length;
  for (const target of replayed.targets) shares[target]! += (1 - freshShare) / replayed.targets.length;
  return shares.map((share) => Math.log(Math.max(share, smallestShare)));
}

function isFiniteRun(loss: number, { weight, bias }: States): boolean {
  return Number.isFinite(loss) && weight!.every(Number.isFinite) && bias!.every(Number.isFinite);
}

function concatenate(a: Float32Array, b: Float32Array): Float32Array {
  const both = new Float32Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
