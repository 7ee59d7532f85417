/** Trains a head by gradient on the loss that a strategy writes, running part of an epoch in each native call. */

import { EspalierError } from '../core/errors.js';
import { seededRandom } from '../core/random.js';
import type { Tensor } from '../core/safetensors.js';
import type { TrainingSettings } from '../declaration/declaration.js';
import { clipGlobalNorm, noClipping } from './autodiff/clipping.js';
import {
  type Constraint,
  type Epoch,
  openEpoch,
  type States,
  startingStates,
  type Training,
} from './autodiff/epoch.js';
import { type Expression, sourcesOf } from './autodiff/expression.js';
import { constantRate, cosineRate, type LearningRate, withWarmUp } from './autodiff/learning-rate.js';
import { adamW, sgd } from './autodiff/optimiser.js';
import { type DataOfLoss, joinData } from './data-of-loss.js';
import type { Head, TrainedHead, TrainingJob, TrainingProgress } from './job.js';
import { keepOptimiser, resumeOptimiser } from './optimiser-state.js';
import { type Beginning, type Problem, poseProblem } from './problem.js';

/** The loss to minimise, with its data. */
export interface Objective {
  readonly loss: Expression;
  /** Data of the loss in addition to the problem's. */
  readonly data?: DataOfLoss;
  readonly constraint?: Constraint;
  /** Measurements made while building the objective. */
  readonly facts?: Readonly<Record<string, number>>;
}

export interface Descent extends Beginning {
  /** Learning rate used when the settings declare none. */
  readonly usualRate: number;
  /** Whether the optimiser's state is kept for the next update. */
  readonly keepsOptimiser?: boolean;
  readonly objective: (problem: Problem) => Objective | Promise<Objective>;
}

/** Training can be stopped only between native calls; a call of this many steps lasts about a second at most. */
const stepsInOneCall = 256;
/**
 * A loss this many times as large as that of random guessing means that the run has diverged, even if its numbers are
 * finite.
 */
const hopelessGuesses = 100;

/** @throws TRAINING_DIVERGED naming the epoch, NOTHING_TO_LEARN if the job has no fresh examples */
export async function descend(
  job: TrainingJob,
  { objective, usualRate, keepsOptimiser = false, ...beginning }: Descent,
  progress: TrainingProgress,
): Promise<{ problem: Problem; data: Objective['data']; trained: TrainedHead }> {
  if (job.fresh.targets.length === 0)
    throw new EspalierError('NOTHING_TO_LEARN', 'the training has no new examples to descend on');
  const problem = poseProblem(job, beginning);
  const { loss, data, constraint, facts } = await objective(problem);
  const { settings } = job;
  const epochs = epochsOf(job);
  const training: Training = {
    loss,
    optimiser: settings.optimiser === 'sgd' ? sgd(settings) : adamW(settings),
    clipping: settings.clipNorm === undefined ? noClipping : clipGlobalNorm(settings.clipNorm),
    precision: 'float32',
    ...(constraint && { constraint }),
  };
  const epoch = await openEpoch(training, settings.threads);
  try {
    const resumed = resumeOptimiser(training, problem.start, keepsOptimiser ? (job.parent?.state ?? {}) : {});
    const learningRate = rateOf(
      { ...settings, learningRate: settings.learningRate ?? usualRate },
      stepsOf(job) * epochs,
    );
    const run = {
      problem,
      training,
      epoch,
      epochs,
      data: joinData(problem.data, data),
      resumed,
      learningRate,
      progress,
    };
    const { states, losses } = await runEpochs(run);
    const head = withParameters(problem.start, training, states);
    const steps = resumed.steps + stepsOf(job) * epochs;
    const state = keepsOptimiser ? keepOptimiser(training, states, { head, steps }) : {};
    return {
      problem,
      data,
      trained: { head, state, facts: { firstLoss: losses[0]!, lastLoss: losses.at(-1)!, ...facts } },
    };
  } finally {
    await epoch.close();
  }
}

interface Run {
  readonly problem: Problem;
  readonly training: Training;
  readonly epoch: Epoch;
  readonly epochs: number;
  readonly data: DataOfLoss;
  /** The optimiser's state at the start, and the number of steps it has taken before. */
  readonly resumed: ReturnType<typeof resumeOptimiser>;
  /** Learning rate by step of this update. */
  readonly learningRate: LearningRate;
  readonly progress: TrainingProgress;
}

async function runEpochs({
  problem,
  training,
  epoch,
  epochs,
  data,
  resumed,
  learningRate,
  progress,
}: Run): Promise<{ states: States; losses: number[] }> {
  const { settings, classes } = problem.job;
  const steps = stepsOf(problem.job);
  const known = Object.fromEntries(Object.entries(problem.start.tensors).map(([name, tensor]) => [name, tensor.data]));
  let states = startingStates(training, seededRandom(settings.seed, 'head'), { ...known, ...resumed.states });
  const losses: number[] = [];
  for (let done = 0; done < epochs; done++) {
    let total = 0;
    for (let first = 0; first < steps; first += stepsInOneCall) {
      const count = Math.min(stepsInOneCall, steps - first);
      const orders = Object.fromEntries([...problem.draws].map(([name, draw]) => [name, draw(count)]));
      const request = {
        data: joinData(data, orders),
        states,
        steps: count,
        stepsBefore: resumed.steps + done * steps + first,
      };
      const after = await epoch.run({ ...request, learningRate: (step) => learningRate(step - resumed.steps) });
      states = after.states;
      total += after.loss * count;
      requireSound(after, done + 1, Math.log(classes.length));
      progress(done + (first + count) / steps, epochs, 'epochs');
    }
    losses.push(total / steps);
  }
  return { states, losses };
}

/** The declared number of epochs, or as many as are needed for the least number of steps. */
function epochsOf(job: TrainingJob): number {
  const { epochs, leastSteps } = job.settings;
  return Math.max(epochs, Math.ceil(leastSteps / stepsOf(job)));
}

/** Steps of an epoch, in which each new example occurs. */
function stepsOf({ fresh, settings }: TrainingJob): number {
  return Math.ceil(fresh.targets.length / settings.batchSize);
}

function rateOf(
  { schedule, learningRate, warmUpSteps }: TrainingSettings & { learningRate: number },
  steps: number,
): LearningRate {
  const later = schedule === 'cosine' ? cosineRate(learningRate, steps - warmUpSteps) : constantRate(learningRate);
  return warmUpSteps > 0 ? withWarmUp(later, warmUpSteps) : later;
}

function requireSound({ loss, states }: { loss: number; states: States }, epoch: number, guess: number): void {
  const sound = Number.isFinite(loss) && loss < hopelessGuesses * Math.max(1, guess);
  if (sound && Object.values(states).every((values) => values.every(Number.isFinite))) return;
  throw new EspalierError('TRAINING_DIVERGED', `the loss is ${loss.toPrecision(3)} in epoch ${epoch}`);
}

function withParameters(head: Head, { loss }: Training, states: States): Head {
  const learned = sourcesOf(loss, 'parameter').map(({ name }): [string, Tensor] => [
    name,
    { dims: head.tensors[name]!.dims, data: states[name] as Float32Array },
  ]);
  return { ...head, tensors: { ...head.tensors, ...Object.fromEntries(learned) } };
}
