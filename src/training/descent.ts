/** Trains a head by gradient on whatever loss a strategy writes, a part of an epoch in one native call. */

import type { TrainingSettings } from '../core/declaration.js';
import { EspalierError } from '../core/errors.js';
import { seededRandom } from '../core/random.js';
import type { Tensor } from '../core/safetensors.js';
import { clipGlobalNorm, noClipping } from './autodiff/clipping.js';
import { type Constraint, type Epoch, openEpoch, type States, startingStates, type Training } from './autodiff/epoch.js';
import { type Expression, sourcesOf } from './autodiff/expression.js';
import { constantRate, cosineRate, type LearningRate, withWarmUp } from './autodiff/learning-rate.js';
import { adamW, sgd } from './autodiff/optimiser.js';
import type { Head, TrainedHead, TrainingJob, TrainingProgress } from './job.js';
import type { NativeArray } from './native.js';
import { type Beginning, grown, type Problem, poseProblem } from './problem.js';

/** What is minimised. */
export interface Objective {
  readonly loss: Expression;
  /** What the loss needs beside the problem's data. */
  readonly data?: Readonly<Record<string, NativeArray>>;
  readonly constraint?: Constraint;
}

export interface Descent extends Beginning {
  readonly objective: (problem: Problem) => Objective | Promise<Objective>;
}

/** A native call can be stopped only before and after: one of this many steps takes about a second at most. */
const stepsInOneCall = 256;
/** A loss as large as this many guesses at random: the run is lost, though its numbers may still be finite. */
const hopelessGuesses = 100;

/** @throws TRAINING_DIVERGED naming the epoch */
export async function descend(
  job: TrainingJob,
  { objective, ...beginning }: Descent,
  progress: TrainingProgress,
): Promise<{ problem: Problem; trained: TrainedHead }> {
  const problem = poseProblem(job, beginning);
  const { loss, data, constraint } = await objective(problem);
  const { settings } = job;
  const training: Training = {
    loss,
    optimiser: settings.optimiser === 'sgd' ? sgd(settings) : adamW(settings),
    clipping: settings.clipNorm === undefined ? noClipping : clipGlobalNorm(settings.clipNorm),
    precision: 'float32',
    ...(constraint && { constraint }),
  };
  const epoch = await openEpoch(training, settings.threads);
  try {
    const run = { problem, training, epoch, data: { ...problem.data, ...data }, progress };
    const { states, losses } = await runEpochs(run);
    const optimiser: Record<string, Tensor> = {
      'optimiser.steps': {
        dims: [1],
        data: Float64Array.of(
          (problem.job.parent?.state['optimiser.steps']?.data[0] ?? 0) +
            Math.ceil(job.fresh.targets.length / settings.batchSize) * settings.epochs,
        ),
      },
    };
    for (const { name } of sourcesOf(training.loss, 'parameter'))
      for (const state of training.optimiser.states)
        optimiser[`optimiser.${name}_${state}`] = {
          dims: problem.start.tensors[name]!.dims,
          data: states[`${name}_${state}`] as Float32Array,
        };
    const facts = { firstLoss: losses[0]!, lastLoss: losses.at(-1)! };
    return {
      problem,
      trained: { head: withParameters(problem.start, training, states), state: process.env.CARRY ? optimiser : {}, facts },
    };
  } finally {
    await epoch.close();
  }
}

interface Run {
  readonly problem: Problem;
  readonly training: Training;
  readonly epoch: Epoch;
  readonly data: Readonly<Record<string, NativeArray>>;
  readonly progress: TrainingProgress;
}

async function runEpochs({ problem, training, epoch, data, progress }: Run): Promise<{ states: States; losses: number[] }> {
  const { settings, fresh, classes } = problem.job;
  const steps = Math.ceil(fresh.targets.length / settings.batchSize);
  const learningRate = rateOf(settings, steps * settings.epochs);
  const known = Object.fromEntries(Object.entries(problem.start.tensors).map(([name, tensor]) => [name, tensor.data]));
  const carried = process.env.CARRY ? (problem.job.parent?.state ?? {}) : {};
  const before = carried['optimiser.steps']?.data[0] ?? 0;
  for (const { name } of sourcesOf(training.loss, 'parameter'))
    for (const state of training.optimiser.states) {
      const t = problem.start.tensors[name]!;
      const kept = carried[`optimiser.${name}_${state}`];
      if (kept) known[`${name}_${state}`] = grown(kept, { dims: t.dims, data: new Float32Array(t.data.length) }).data as never;
    }
  let states = startingStates(training, seededRandom(settings.seed, 'head'), known);
  const losses: number[] = [];
  for (let done = 0; done < settings.epochs; done++) {
    let total = 0;
    for (let first = 0; first < steps; first += stepsInOneCall) {
      const count = Math.min(stepsInOneCall, steps - first);
      const orders = Object.fromEntries([...problem.draws].map(([name, draw]) => [name, draw(count)]));
      const stepsBefore = before + done * steps + first;
      const after = await epoch.run({ data: { ...data, ...orders }, states, steps: count, stepsBefore, learningRate });
      states = after.states;
      total += after.loss * count;
      requireSound(after, done + 1, Math.log(classes.length));
      progress(done + (first + count) / steps, settings.epochs, 'epochs');
    }
    losses.push(total / steps);
  }
  return { states, losses };
}

function rateOf({ schedule, learningRate, warmUpSteps }: TrainingSettings, steps: number): LearningRate {
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
