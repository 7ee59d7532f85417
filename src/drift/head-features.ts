/**
 * The features in which drift of inputs is measured: those that the head itself reads. A ridge head has its random
 * features, and has kept the sum of them for each class, so that the mean of everything learned costs nothing. Another
 * head reads standardised vectors, which are rounded to 16ths like the features of the kind `none`.
 */
import { featuresOf } from '../training/heads/ridge.js';
import type { Head, TrainedHead } from '../training/job.js';
import type { Features } from '../training/ridge/features.js';
import { diagonalOf } from '../training/ridge/gram.js';
import { kernelInputs } from '../training/ridge/kernel-input.js';
import { mapFeatures, unpackStatistics } from '../training/ridge/statistics.js';
import { standardise } from '../training/standardise.js';
import { under } from '../training/task-parts.js';
import type { Manifest } from '../versions/manifest.js';
import type { FeatureSums } from './statistics/mean-discrepancy.js';

export interface HeadFeatures {
  /** Maps vectors [n, dimension] from the encoder to [n, width] whole numbers of at most 127 in size. */
  map(vectors: Float32Array): Promise<Float32Array>;
}

export function openHeadFeatures(head: Head, threads: number): HeadFeatures {
  const { shape, tensors } = head;
  const standardisation = { mean: tensors.mean!, scale: tensors.scale! };
  const { map, phase, signs } = tensors;
  const drawn = hasRandomFeatures(head);
  const features: Features = drawn
    ? { kind: featuresOf(shape), tensors: { ...(map && { map }), ...(phase && { phase }) } }
    : { kind: 'none', tensors: {} };
  return {
    async map(vectors) {
      const inputs = drawn
        ? kernelInputs(vectors, { ...standardisation, signs }, shape.dimension)
        : standardise(vectors, standardisation, shape.dimension);
      const dimension = inputs.length / (vectors.length / shape.dimension);
      return mapFeatures(inputs, { features, dimension, threads });
    },
  };
}

/** Only a head that reads quantised features has their scale. */
const hasRandomFeatures = ({ shape }: Head) => shape.unit !== undefined;

/**
 * The sums of the features of everything that a task has learned, from the champion's state: the columns of Q are sums
 * over the examples of each class, and the diagonal of G sums their squares. Undefined for heads without these sums, and
 * for multi-label tasks, in which an example counts for several classes or for none.
 */
export function learnedSums(
  { head, state }: TrainedHead,
  { classes, multiLabel = [] }: Pick<Manifest, 'classes' | 'multiLabel'>,
  task: string,
): FeatureSums | undefined {
  if (!hasRandomFeatures(head) || multiLabel.includes(task)) return undefined;
  const index = [...new Set(classes.map((own) => own.task))].indexOf(task);
  const statistics = unpackStatistics(under(index === 0 ? '' : `task${index}.`, state));
  if (!statistics || statistics.count < 2) return undefined;
  const { width, cross, count, gram } = statistics;
  const sum = new Float64Array(width);
  for (let entry = 0; entry < cross.length; entry++) sum[Math.floor(entry / statistics.classes)]! += cross[entry]!;
  return { count, sum, squares: diagonalOf(gram).reduce((total, square) => total + square, 0) };
}
