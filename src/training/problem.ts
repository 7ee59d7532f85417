/**
 * The parts from which a gradient strategy writes its loss: the head as an expression, and minibatches of each pool of
 * examples.
 */
import { seededRandom } from '../core/random.js';
import type { Tensor, Tensors } from '../core/safetensors.js';
import { isMultiLabel, isRetired } from './answers.js';
import {
  type Dims,
  type Expression,
  minibatch,
  type Source,
  sameDims,
  sizeOf,
  sourcesOf,
} from './autodiff/expression.js';
import { type DataOfLoss, joinData } from './data-of-loss.js';
import { uncalibrated } from './heads/calibrated.js';
import { formulaOf, headKindNamed, ownSizes } from './heads.js';
import type { Head, HeadInputs, HeadKind, HeadOutputs, HeadShape, TrainingJob } from './job.js';
import { type LabelLossOptions, labelLoss } from './label-loss.js';
import { type DrawSteps, type MinibatchSizes, openPool, type Pool, sizeOfPool } from './minibatches.js';
import type { NativeArray } from './native.js';
import { standardisationOf, standardise } from './standardise.js';

export interface Problem {
  readonly job: TrainingJob;
  readonly kind: HeadKind;
  /** The head before training: the parent's with room for new classes, or a new one. */
  readonly start: Head;
  readonly sizes: MinibatchSizes;
  /** Data of the fresh and then the replayed examples: inputs [n, d], classes [n], and other data drawn with them. */
  readonly data: DataOfLoss;
  /** Draws of minibatches, by the name of their order. */
  readonly draws: ReadonlyMap<string, DrawSteps>;
  forward(given: HeadInputs): HeadOutputs;
  /** Minibatches of a pool; each `stream` is drawn independently. */
  draw(pool: Pool, stream?: string): Drawn;
}

export interface Drawn extends HeadInputs {
  /** The rows of `data[name]`, [size, ...dims]. */
  rows(name: string, dims: Dims): Source;
  /**
   * Mean cross-entropy of the labels, in which only the classes of an example's own task compete; binary in multi-label
   * tasks.
   */
  crossEntropy(scores: Expression, options?: LabelLossOptions): Expression;
}

export interface Beginning {
  /** Default head kind when there is no parent and none is set. */
  readonly usualKind: string;
  /** Sizes that replace the parent's or the settings'. */
  readonly sizes?: Readonly<Record<string, number>>;
  /** Fixed tensors of the head that the strategy computes. */
  readonly tensors?: Tensors;
}

export function poseProblem(job: TrainingJob, { usualKind, sizes: shape, tensors }: Beginning): Problem {
  const { settings, fresh, replayed } = job;
  const kind = headKindNamed(job.parent?.head.kind ?? settings.head ?? usualKind);
  const begun = startingHead(job, kind, shape);
  const start = { ...begun, tensors: { ...begun.tensors, ...tensors } };
  const sizes = { fresh: settings.batchSize, replayed: settings.batchSize * settings.replayRatio };
  const { dimension, lexical } = job;
  const dense = dimension - lexical;
  const vectors = concatenate(fresh.vectors, replayed.vectors);
  const x = standardise(vectors, { mean: start.tensors.mean!, scale: start.tensors.scale! }, dimension);
  const { scores } = formulaOf(kind, start.shape);
  const fixed = Object.fromEntries(
    sourcesOf(scores, 'whole').map(({ name }) => [name, start.tensors[name]!.data as NativeArray]),
  );
  const readsCounts = sourcesOf(scores, 'minibatch').some(({ name }) => name === 'counts');
  const counts = readsCounts ? { counts: lastColumns(vectors, dimension, lexical) } : {};
  const { loss, data: ofLabels } = labelLoss(job);
  const data = joinData({ x }, counts, fixed, ofLabels);
  const draws = new Map<string, DrawSteps>();
  return {
    job,
    kind,
    start,
    sizes,
    data,
    draws,
    forward: (drawn) => kind.forward(drawn, start.shape),
    draw(pool, stream = '') {
      const order = `order.${pool}${stream}`;
      if (!draws.has(order)) draws.set(order, openPool(job, pool, sizes, stream));
      const size = sizeOfPool(pool, sizes);
      const rows = (name: string, dims: Dims) => minibatch(name, [size, ...dims], order);
      return {
        inputs: rows('x', [dense]),
        counts: rows('counts', [lexical]),
        rows,
        crossEntropy: (scores, options) => loss(scores, { size, order }, options),
      };
    },
  };
}

/**
 * The parent's head with room for new classes, or a new one; new rows and columns start with the kind's initial values.
 */
function startingHead(job: TrainingJob, kind: HeadKind, sizes: Readonly<Record<string, number>> = {}): Head {
  const { dimension, lexical, classes, settings, parent } = job;
  const kept = parent && uncalibrated(parent.head);
  const own = ownSizes(kind, settings, { inputs: { dimension, lexical }, kept: kept?.shape });
  const shape: HeadShape = { ...own, ...sizes, dimension, lexical, classes: classes.length };
  const drawn = kept ? {} : (kind.draw?.(shape, settings.seed) ?? {});
  const random = seededRandom(settings.seed, 'head', kind.name);
  const { scores } = formulaOf(kind, shape);
  const tensors: Record<string, Tensor> = {};
  for (const { name, dims, start } of [...sourcesOf(scores, 'parameter'), ...sourcesOf(scores, 'whole')]) {
    const begun = drawn[name] ?? { dims, data: Float32Array.from(start(sizeOf(dims), random)) };
    tensors[name] = grown(kept?.tensors[name], begun);
  }
  return { kind: kind.name, shape, tensors: { ...tensors, ...standardisationOf(job), ...taskTensors(job) } };
}

/** [n, stride] -> its last columns, [n, count] */
function lastColumns(vectors: Float32Array, stride: number, count: number): Float32Array {
  const result = new Float32Array((vectors.length / stride) * count);
  for (let from = stride - count, at = 0; from < vectors.length; from += stride, at += count)
    result.set(vectors.subarray(from, from + count), at);
  return result;
}

/**
 * The task of each class if there is more than one task, and the classes that do not compete and those that are retired
 * if there are any.
 */
export function taskTensors(job: TrainingJob): Tensors {
  const { tasks, multiLabel = [], retired = [] } = job;
  const dims = [tasks.length];
  return {
    ...(new Set(tasks).size > 1 && { tasks: { dims, data: new Float32Array(tasks) } }),
    ...(multiLabel.length > 0 && {
      multiLabel: { dims, data: Float32Array.from(tasks, (task) => (isMultiLabel(job, task) ? 1 : 0)) },
    }),
    ...(retired.length > 0 && {
      retired: { dims, data: Float32Array.from(tasks, (_, index) => (isRetired(job, index) ? 1 : 0)) },
    }),
  };
}

/** Copies `known` into the leading corner of `begun`. */
export function grown(known: Tensor | undefined, begun: Tensor): Tensor {
  if (!known) return begun;
  if (sameDims(known.dims, begun.dims)) return known;
  if (known.dims.length < 2)
    return { dims: begun.dims, data: Float32Array.from(begun.data, (value, index) => known.data[index] ?? value) };
  const [rows, from, to] = [known.dims[0]!, known.dims[1]!, begun.dims[1]!];
  const data = Float32Array.from(begun.data);
  for (let row = 0; row < rows; row++) data.set(known.data.subarray(row * from, (row + 1) * from), row * to);
  return { dims: begun.dims, data };
}

function concatenate(a: Float32Array, b: Float32Array): Float32Array {
  const both = new Float32Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
