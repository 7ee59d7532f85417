import { seededRandom } from '#espalier/core/random.js';
import type { Tensor } from '#espalier/core/safetensors.js';
import type { TrainingSettings } from '#espalier/declaration/declaration.js';
import { scoresOf } from '#espalier/training/heads/head-graph.js';
import type { Head, LabelledVectors, TrainedHead, TrainingJob } from '#espalier/training/job.js';
import { weightStep } from '#espalier/training/ridge/random-features.js';
import { settingsWith } from './declaration.js';
import { multiply } from './dense.js';

export const dimension = 16;
export const empty: LabelledVectors = {
  vectors: new Float32Array(0),
  targets: new Int32Array(0),
  ids: new Int32Array(0),
};

interface Clusters {
  readonly classes: readonly number[];
  readonly perClass: number;
  /** Standard deviation around a centre; the centres are about 5.6 apart. */
  readonly noise: number;
  /** Draws the examples; the centres of the classes are always the same. */
  readonly seed: number;
}

/** Vectors around one centre for each class, the classes by turns. */
export function clusters({ classes, perClass, noise, seed }: Clusters): LabelledVectors {
  const random = seededRandom('examples', seed);
  const targets = Int32Array.from(
    { length: classes.length * perClass },
    (_, index) => classes[index % classes.length]!,
  );
  const vectors = new Float32Array(targets.length * dimension);
  for (const [row, target] of targets.entries()) {
    const centre = seededRandom('centre', target);
    for (let index = 0; index < dimension; index++)
      vectors[row * dimension + index] = centre.normal() + noise * random.normal();
  }
  return { vectors, targets, ids: targets.map((_, row) => seed * 100_000 + row) };
}

export function join(a: LabelledVectors, b: LabelledVectors): LabelledVectors {
  const both = (what: 'targets' | 'ids') => Int32Array.from([...a[what], ...b[what]]);
  return { vectors: Float32Array.from([...a.vectors, ...b.vectors]), targets: both('targets'), ids: both('ids') };
}

/** The examples [start, end) of a batch. */
export function slice({ vectors, targets, ids }: LabelledVectors, start: number, end: number): LabelledVectors {
  return {
    vectors: vectors.slice(start * dimension, end * dimension),
    targets: targets.slice(start, end),
    ids: ids.slice(start, end),
  };
}

export function jobOf(
  strategy: string,
  classes: number,
  overrides: Partial<TrainingJob> & { settings?: TrainingSettings },
): TrainingJob {
  return {
    strategy,
    settings: settingsWith({}),
    dimension,
    lexical: 0,
    classes: Array.from({ length: classes }, (_, index) => `class ${index}`),
    tasks: new Int32Array(classes),
    fresh: empty,
    replayed: empty,
    budget: 30,
    parent: undefined,
    ...overrides,
  };
}

export const quiet = () => undefined;

/** Each row to length sqrt(d) after standardising, in float64. [n, d] */
export function naiveInputs({ tensors: { mean, scale } }: Head, vectors: Float32Array): Float64Array {
  const d = mean!.data.length;
  const inputs = Float64Array.from(
    vectors,
    (value, index) => (value - mean!.data[index % d]!) * scale!.data[index % d]!,
  );
  for (let start = 0; start < inputs.length; start += d) {
    const row = inputs.subarray(start, start + d);
    const length = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
    row.set(row.map((value) => (value / Math.max(length, 1e-12)) * Math.sqrt(d)));
  }
  return inputs;
}

/** Of a ridge or a linear head. [n, features] */
export function naiveFeatures(head: Head, vectors: Float32Array): Float64Array {
  const inputs = naiveInputs(head, vectors);
  const { map } = head.tensors;
  if (!map) return inputs;
  return naiveRelu(inputs, map).map((value) => value / 32);
}

/** clip(round(32 relu(x map)), 0, 127) of x in 16ths, clipped at 8, ties to even; the map in its steps. [n, width] */
export function naiveRelu(inputs: ArrayLike<number>, { dims, data }: Tensor): Float64Array {
  const [d, width] = [dims[0]!, dims[1]!];
  const rounded = Float64Array.from(inputs, (value) => Math.max(-128, Math.min(127, roundToEven(value * 16))));
  const products = multiply(rounded, data, [inputs.length / d, d, width]);
  return products.map((value) => Math.min(127, Math.max(0, roundToEven(value * 2 * weightStep(d)))));
}

export function roundToEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  return rest < 0.5 || (rest === 0.5 && below % 2 === 0) ? below : below + 1;
}

/** Of a ridge or a linear head. [n, classes] */
export function naiveLogits(head: Head, vectors: Float32Array): Float64Array {
  const features = naiveFeatures(head, vectors);
  const { weight, bias } = head.tensors;
  const [width, classes] = [weight!.dims[0]!, weight!.dims[1]!];
  const scores = multiply(features, weight!.data, [features.length / width, width, classes]);
  const temperature = head.tensors.temperature?.data ?? [];
  return scores.map((value, index) => (value + bias!.data[index % classes]!) / (temperature[index % classes] ?? 1));
}

/** Share of examples whose largest score among the competing classes is their class, by the head as it serves. */
export async function accuracyOf(
  { head }: TrainedHead,
  { vectors, targets }: LabelledVectors,
  competing?: readonly number[],
): Promise<number> {
  const logits = await scoresOf(head, vectors, 1);
  const { classes } = head.shape;
  const among = competing ?? Array.from({ length: classes }, (_, index) => index);
  const right = targets.filter((target, row) => {
    const scores = among.map((index) => logits[row * classes + index]!);
    return among[scores.indexOf(Math.max(...scores))] === target;
  });
  return right.length / targets.length;
}
