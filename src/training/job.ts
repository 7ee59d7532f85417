/**
 * The words of the training room.
 *
 * job:      all that one training run needs; plain data, so that it can cross to a worker thread.
 * head:     what is trained: standardisation, an optional random-feature map, and a linear readout to class scores.
 * state:    what a strategy keeps beside the head to go on from at the next update (the analytic statistics); may be empty.
 * strategy: how a head is made from a job, and what resists forgetting.
 */
import type { TrainingSettings } from '../core/declaration.js';
import type { Tensor, Tensors } from '../core/safetensors.js';
import type { Expression } from './autodiff/expression.js';

/** Labelled vectors. */
export interface Batch {
  /** [count, dimension] float32, row-major. */
  readonly vectors: Float32Array;
  /** [count] indices into the job's classes. */
  readonly targets: Int32Array;
}

/**
 * A classifier over embeddings of `dimension` d:
 * x = unit(( embedding - mean ) * scale) * sqrt(d); features = map ? relu(x map) : x; scores = features weight + bias.
 */
export interface Head {
  readonly kind: HeadKind;
  /** [d] */
  readonly mean: Tensor;
  /** [d]: one over the standard deviation. */
  readonly scale: Tensor;
  /** Random ReLU features, [d, width]. */
  readonly map: Tensor | undefined;
  /** [features, classes] */
  readonly weight: Tensor;
  /** [classes] */
  readonly bias: Tensor;
}

/** A head that is trained by gradient, as a forward expression; see expression.ts. */
export interface TrainableHead {
  readonly name: string;
  /** features [batch, d] -> scores [batch, classes] */
  scores(features: Expression, classes: number): Expression;
}

export type HeadKind = 'ridge' | 'linear';

export interface TrainingJob {
  readonly strategy: string;
  readonly settings: TrainingSettings;
  readonly dimension: number;
  /** All classes after this update; those of the parent come first, in their order. */
  readonly classes: readonly string[];
  readonly fresh: Batch;
  /** From the replay buffer; empty for a strategy that does not replay. */
  readonly replayed: Batch;
  readonly parent: TrainedHead | undefined;
}

export interface TrainedHead {
  readonly head: Head;
  readonly state: Tensors;
  /** What the run found out: lambda, losses. Goes into the manifest. */
  readonly facts: Readonly<Record<string, number>>;
}

/** `done` of `total` steps of the strategy's own kind, with what they are called. */
export type TrainingProgress = (done: number, total: number, unit: string) => void;

export interface Strategy {
  readonly name: string;
  readonly headKind: HeadKind;
  /** One line for tables. */
  readonly summary: string;
  /** Whether the job should carry examples of the replay buffer. */
  readonly replays: boolean;
  /** Whether an update from this parent extends it; if not, the job must carry everything ever learned as fresh. */
  continues(parent: TrainedHead, settings: TrainingSettings): boolean;
  train(job: TrainingJob, progress: TrainingProgress): Promise<TrainedHead>;
}
