/**
 * What bench/training.ts trains: seeded clusters, and the heads of Espalier on them. Contenders read it from a folder
 * of plain arrays.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { seededRandom, shuffled } from '../src/core/random.js';
import { noClipping } from '../src/training/autodiff/clipping.js';
import { type States, startingStates, type Training } from '../src/training/autodiff/epoch.js';
import { minibatch, sourcesOf, targets } from '../src/training/autodiff/expression.js';
import { crossEntropy } from '../src/training/autodiff/losses.js';
import { adamW } from '../src/training/autodiff/optimiser.js';
import { headKindNamed } from '../src/training/heads.js';

export interface TrainingCase {
  readonly head: 'linear' | 'bottleneck';
  readonly dimension: number;
  readonly classes: number;
  readonly batch: number;
}

export const [examples, rank, learningRate, weightDecay] = [10_000, 64, 1e-3, 0.01];

/** Rows that fill no batch are left out. */
export const stepsOf = ({ batch }: TrainingCase) => Math.floor(examples / batch);

/** Of the matrix products alone. */
export function flopsOf({ head, dimension, classes }: TrainingCase): number {
  return head === 'linear' ? 4 * examples * dimension * classes : examples * dimension * (10 * rank + 6 * classes);
}

export function trainingOf({ head, dimension, classes, batch }: TrainingCase): Training {
  const given = { inputs: minibatch('x', [batch, dimension]), counts: minibatch('counts', [batch, 0]) };
  const { scores } = headKindNamed(head).forward(given, { dimension, lexical: 0, classes, rank });
  const loss = crossEntropy(scores, targets('y', batch));
  return { loss, optimiser: adamW({ weightDecay }), clipping: noClipping, precision: 'float32' };
}

export interface ProblemData {
  readonly x: Float32Array;
  readonly y: Int32Array;
  readonly order: Int32Array;
  /** Parameters by name. */
  readonly start: States;
}

/** Writes x, y, order, and the start of each parameter. */
export async function writeProblem(folder: string, problem: TrainingCase): Promise<void> {
  const { dimension, classes } = problem;
  const random = seededRandom('bench training', dimension, classes);
  const centres = Float32Array.from({ length: classes * dimension }, () => random.normal());
  const y = Int32Array.from({ length: examples }, () => random.integer(classes));
  const x = Float32Array.from({ length: examples * dimension }, (_, index) => {
    const centre = y[Math.floor(index / dimension)]! * dimension;
    return 0.3 * centres[centre + (index % dimension)]! + random.normal();
  });
  const order = Int32Array.from(shuffled([...y.keys()], random)).subarray(0, stepsOf(problem) * problem.batch);
  const training = trainingOf(problem);
  const states = startingStates(training, seededRandom('bench start'));
  const parameters = sourcesOf(training.loss, 'parameter').map(({ name }): [string, Float32Array] => [
    name,
    states[name] as Float32Array,
  ]);
  await mkdir(folder, { recursive: true });
  const arrays: [string, Float32Array | Int32Array][] = [['x', x], ['y', y], ['order', order], ...parameters];
  for (const [name, array] of arrays)
    await writeFile(join(folder, name), new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
}

export async function readProblem(folder: string, problem: TrainingCase): Promise<ProblemData> {
  const bytes = async (name: string) => new Uint8Array(await readFile(join(folder, name))).buffer;
  const names = sourcesOf(trainingOf(problem).loss, 'parameter').map(({ name }) => name);
  const parameters = await Promise.all(
    names.map(async (name): Promise<[string, Float32Array]> => [name, new Float32Array(await bytes(name))]),
  );
  return {
    x: new Float32Array(await bytes('x')),
    y: new Int32Array(await bytes('y')),
    order: new Int32Array(await bytes('order')),
    start: Object.fromEntries(parameters),
  };
}
