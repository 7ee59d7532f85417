/**
 * How sure a version can be that a text is in scope: by its answer, and by how near the text is to what was learned.
 * The larger the surer.
 */
import { largestOf } from '../src/core/sequences.js';
import { dot, unitLength } from '../src/core/vectors.js';
import { nearest } from '../src/evaluation/algorithms/similarity.js';
import { headGraph } from '../src/training/heads/head-graph.js';
import type { Head, LabelledVectors } from '../src/training/job.js';
import { compile } from '../src/training/native.js';
import { type Standardisation, standardise } from '../src/training/standardise.js';

/** Of each asked text. */
export type Scores = readonly number[];

export interface Learned {
  readonly batch: LabelledVectors;
  readonly classes: number;
  /** Columns of a vector, n-grams included. */
  readonly dimension: number;
  readonly head: Head;
  /** Of the same examples by `slda`: it measures the relative Mahalanobis distance. */
  readonly discriminant: Head;
}

/** @returns by the name of the score: a function of vectors [n, dimension] */
export async function scoreAll(learned: Learned, vectors: Float32Array): Promise<Record<string, Scores>> {
  const { head, discriminant, batch, classes } = learned;
  const { probabilities, logits } = await outputsOf(head, vectors);
  const { distance } = await outputsOf(discriminant, vectors);
  const standardisation = { mean: head.tensors.mean!, scale: head.tensors.scale! };
  const shown = rowsOf(batch.vectors, standardisation, learned.dimension);
  const asked = rowsOf(vectors, standardisation, learned.dimension);
  const toMeans = nearestMeans(shown, batch.targets, classes, asked);
  return {
    confidence: perRow(probabilities!, classes, largestOf),
    energy: perRow(logits!, classes, logSumOfExponentials),
    'nearest mean': toMeans.cosines,
    'nearest mean, by class': toMeans.quantiles,
    'nearest example': await nearestExamples(shown, asked),
    'relative Mahalanobis': Array.from(distance!, (value) => -value),
  };
}

async function outputsOf(head: Head, vectors: Float32Array) {
  const native = await compile(headGraph(head), 1);
  const { dimension } = head.shape;
  try {
    return await native.run({ embedding: { data: vectors, dims: [vectors.length / dimension, dimension] } });
  } finally {
    await native.close();
  }
}

function perRow(matrix: ArrayLike<number>, columns: number, read: (row: number[]) => number): number[] {
  const values = Array.from(matrix);
  return Array.from({ length: values.length / columns }, (_, row) =>
    read(values.slice(row * columns, (row + 1) * columns)),
  );
}

/**
 * The free energy of a classifier, negated (Liu et al., "Energy-based out-of-distribution detection", NeurIPS 2020).
 */
function logSumOfExponentials(row: number[]): number {
  const top = largestOf(row);
  return top + Math.log(row.reduce((sum, value) => sum + Math.exp(value - top), 0));
}

/** The dense parts, centred as the head centres them, of length 1. */
function rowsOf(vectors: Float32Array, standardisation: Standardisation, stride: number): Float32Array[] {
  const dense = standardise(vectors, standardisation, stride);
  const width = standardisation.mean.data.length;
  return Array.from({ length: dense.length / width }, (_, row) => {
    const own = dense.subarray(row * width, (row + 1) * width);
    const length = Math.sqrt(dot(own, own)) || 1;
    return own.map((value) => value / length);
  });
}

/**
 * Cosines to the nearest mean of a class, and the same as quantiles of what that class's own examples have to the mean
 * of the others.
 */
function nearestMeans(
  shown: readonly Float32Array[],
  targets: Int32Array,
  classes: number,
  asked: readonly Float32Array[],
) {
  const sums = Array.from({ length: classes }, () => new Float32Array(shown[0]!.length));
  for (const [row, vector] of shown.entries()) addTo(sums[targets[row]!]!, vector, 1);
  const own = Array.from({ length: classes }, () => [] as number[]);
  for (const [row, vector] of shown.entries()) {
    const others = sums[targets[row]!]!.slice();
    addTo(others, vector, -1);
    own[targets[row]!]!.push(dot(unitLength(others), vector));
  }
  const means = sums.map(unitLength);
  const best = asked.map((vector) => {
    const cosines = means.map((mean) => dot(mean, vector));
    const cosine = largestOf(cosines);
    return { cosine, label: cosines.indexOf(cosine) };
  });
  // Of equal quantiles, the nearer one is the surer.
  const quantile = ({ cosine, label }: (typeof best)[number]) =>
    own[label]!.filter((one) => one <= cosine).length + cosine / 1000;
  return {
    cosines: best.map(({ cosine }) => cosine),
    quantiles: best.map((one) => quantile(one) / (own[one.label]!.length + 1)),
  };
}

function addTo(sum: Float32Array, vector: Float32Array, times: number): void {
  for (const [index, value] of vector.entries()) sum[index]! += times * value;
}

/** Cosines to all learned examples at once are too many to hold. */
const askedAtOnce = 512;

async function nearestExamples(shown: readonly Float32Array[], asked: readonly Float32Array[]): Promise<number[]> {
  const found: number[] = [];
  for (let start = 0; start < asked.length; start += askedAtOnce) {
    for (const [closest] of await nearest(asked.slice(start, start + askedAtOnce), shown, 1))
      found.push(closest!.similarity);
  }
  return found;
}
