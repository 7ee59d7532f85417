/** Trains a softmax readout over fixed features, epoch by epoch, each epoch one native call. */
import type { TrainingSettings } from '../core/declaration.js';
import { EspalierError } from '../core/errors.js';
import { type Random, seededRandom, shuffled } from '../core/random.js';
import type { Tensor } from '../core/safetensors.js';
import type { Batch, Head, TrainedHead, TrainingJob, TrainingProgress } from './job.js';
import { compile, type NativeArray } from './native.js';
import { mapFeatures } from './ridge-statistics.js';
import { beta1, beta2, dimsOf, type SoftmaxShape, type SoftmaxState, softmaxEpoch, softmaxStates } from './softmax-graph.js';
import { fitStandardisation, standardise } from './standardise.js';

const epsilon = 1e-8;
/** Of a class that is neither new nor in the buffer. */
const smallestShare = 1e-4;

/**
 * Fresh examples in epochs of minibatches; where the job carries replayed ones, every minibatch is completed by `replayRatio` times as many of those
 * (experience replay: Chaudhry et al., "On tiny episodic memories in continual learning", 2019).
 * @throws TRAINING_DIVERGED
 */
export async function trainSoftmax(job: TrainingJob, progress: TrainingProgress): Promise<TrainedHead> {
  const { settings, dimension } = job;
  const base = startingHead(job);
  const inputs = standardise(concatenate(job.fresh.vectors, job.replayed.vectors), base);
  const x = base.map ? await mapFeatures(inputs, base.map, settings.threads) : inputs;
  const y = Int32Array.from([...job.fresh.targets, ...job.replayed.targets]);
  const features = base.map ? base.map.dims[1]! : dimension;
  const replaying = job.replayed.targets.length > 0;
  const shape = { features, classes: job.classes.length, batch: settings.batchSize * (replaying ? 1 + settings.replayRatio : 1) };
  const { states, losses } = await runEpochs(job, { shape, x, y, base, progress });
  const read = (state: SoftmaxState): Tensor => ({ dims: dimsOf(state, shape), data: states[state] as Float32Array });
  return {
    head: { ...base, kind: 'linear', weight: read('weight'), bias: read('bias') },
    state: {},
    facts: { firstLoss: losses[0]!, lastLoss: losses.at(-1)! },
  };
}

interface Epochs {
  readonly shape: SoftmaxShape;
  readonly x: Float32Array;
  readonly y: Int32Array;
  readonly base: Head;
  readonly progress: TrainingProgress;
}

async function runEpochs(job: TrainingJob, { shape, x, y, base, progress }: Epochs) {
  const { settings, fresh, replayed } = job;
  const steps = Math.ceil(fresh.targets.length / settings.batchSize);
  const random = seededRandom(settings.seed, 'minibatches', job.strategy);
  const epoch = await compile(softmaxEpoch(shape), settings.threads);
  const prior = logPrior(fresh, replayed, shape, settings.batchSize);
  let states = startingStates(base, shape);
  const losses: number[] = [];
  try {
    for (let done = 0; done < settings.epochs; done++) {
      const order = drawMinibatches({ fresh, replayed, batchSize: settings.batchSize, width: shape.batch, steps, random });
      const results = await epoch.run({
        x: { data: x, dims: [y.length, shape.features] },
        y: { data: y, dims: [y.length] },
        prior: { data: prior, dims: [shape.classes] },
        order: { data: order, dims: [steps, shape.batch] },
        ...scheduleOf(settings, done * steps, steps),
        ...Object.fromEntries(softmaxStates.map((state) => [state, { data: states[state], dims: dimsOf(state, shape) }])),
      });
      states = Object.fromEntries(softmaxStates.map((state) => [state, results[`next_${state}`]!])) as Record<SoftmaxState, NativeArray>;
      losses.push((results.loss as Float32Array)[0]! / steps);
      if (!isFiniteRun(losses.at(-1)!, states))
        throw new EspalierError('TRAINING_DIVERGED', `the loss is ${losses.at(-1)} after epoch ${done + 1}`);
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

function startingStates(base: Head, shape: SoftmaxShape): Record<SoftmaxState, NativeArray> {
  const empty = (state: SoftmaxState) => new Float32Array(dimsOf(state, shape).reduce((a, b) => a * b));
  return {
    weight: base.weight.data as Float32Array,
    bias: base.bias.data as Float32Array,
    weight_m: empty('weight_m'),
    bias_m: empty('bias_m'),
    weight_v: empty('weight_v'),
    bias_v: empty('bias_v'),
  };
}

/** Bias correction, epsilon and weight decay of AdamW for each step, folded for scaled moments (see softmax-graph.ts). */
export function scheduleOf({ learningRate, weightDecay }: TrainingSettings, stepsBefore: number, steps: number) {
  const [rate, eps, decay] = [new Float32Array(steps), new Float32Array(steps), new Float32Array(steps)];
  for (let index = 0; index < steps; index++) {
    const time = stepsBefore + index + 1;
    const root = Math.sqrt((1 - beta2) / (1 - beta2 ** time));
    rate[index] = (learningRate * (1 - beta1)) / (1 - beta1 ** time) / root;
    eps[index] = epsilon / root;
    decay[index] = 1 - learningRate * weightDecay;
  }
  const vector = (data: Float32Array) => ({ data, dims: [steps] });
  return { rate: vector(rate), epsilon: vector(eps), decay: vector(decay) };
}

/**
 * The logarithm of each class's share of the minibatches. A new class is far more frequent there than an old one; learning scores on
 * top of that share instead of into it keeps old classes from being outbid (logit adjustment: Menon et al., ICLR 2021). Without
 * replayed examples the old classes have no share at all, and nothing is adjusted.
 */
function logPrior(fresh: Batch, replayed: Batch, { classes, batch }: SoftmaxShape, batchSize: number): Float32Array {
  const shares = new Float32Array(classes);
  if (replayed.targets.length === 0) return shares;
  const freshShare = batchSize / batch;
  for (const target of fresh.targets) shares[target]! += freshShare / fresh.targets.length;
  for (const target of replayed.targets) shares[target]! += (1 - freshShare) / replayed.targets.length;
  return shares.map((share) => Math.log(Math.max(share, smallestShare)));
}

interface Draw {
  readonly fresh: Batch;
  readonly replayed: Batch;
  /** New examples in a minibatch. */
  readonly batchSize: number;
  /** All examples in a minibatch. */
  readonly width: number;
  readonly steps: number;
  readonly random: Random;
}

/** [steps, batch] rows of x: each fresh example once (a few twice, to fill the last batch), each batch completed by replayed ones. */
function drawMinibatches({ fresh, replayed, batchSize, width, steps, random }: Draw): Int32Array {
  const order = new Int32Array(steps * width);
  const nextFresh = endlessly(fresh.targets.length, random);
  const nextReplayed = endlessly(replayed.targets.length, random);
  for (let at = 0; at < order.length; at++) {
    order[at] = at % width < batchSize ? nextFresh() : fresh.targets.length + nextReplayed();
  }
  return order;
}

/** Rows in a shuffled order, and when all had their turn, in another. */
function endlessly(count: number, random: Random): () => number {
  let rows: number[] = [];
  return () => {
    if (rows.length === 0) rows = shuffled([...Array(count).keys()], random);
    return rows.pop()!;
  };
}

function isFiniteRun(loss: number, states: Record<SoftmaxState, NativeArray>): boolean {
  return Number.isFinite(loss) && states.weight.every(Number.isFinite) && states.bias.every(Number.isFinite);
}

function concatenate(a: Float32Array, b: Float32Array): Float32Array {
  const both = new Float32Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
