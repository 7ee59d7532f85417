/**
 * Terms of training.
 *
 * job:      all inputs of one training run; plain data, so that it can be sent to a worker thread.
 * head:     the trained model, as a kind of head with its sizes and its tensors. The kind defines the computation; see
 *           heads.ts.
 * state:    the data that a strategy stores besides the head to continue from at the next update; may be empty.
 * strategy: a way to make a head from a job and to resist forgetting; see strategies.ts.
 */

import type { Tensors } from '../core/safetensors.js';
import type { SettingsShape, TrainingSettings } from '../declaration/declaration.js';
import type { PackedRows } from '../encoder/packed-rows.js';
import type { Expression } from './autodiff/expression.js';

/** Vectors with their targets and example numbers. */
export interface LabelledVectors {
  /**
   * [count, dimension] float32, row-major, as returned by the encoder, with counts of n-grams last. Where the rows are
   * packed, the first use writes them all out, at 4 x dimension bytes each; `slicesOf` (rows.ts) reads them in parts.
   */
  readonly vectors: Float32Array;
  /** The same rows in less memory, which all threads share; absent if `vectors` are all there is. */
  readonly packed?: PackedRows;
  /**
   * [count] numbers of the job's classes; higher targets are numbers of its label sets, counted from the number of
   * classes.
   */
  readonly targets: Int32Array;
  /** [count] numbers of the examples, under which a strategy stores data of an example. */
  readonly ids: Int32Array;
  /**
   * [count] how much each example counts: multiples of 1/4 from 1/4 to 16, so that sums of them are exact; absent if
   * each counts once.
   */
  readonly weights?: Float32Array;
}

/** An answer in a multi-label task. */
export interface LabelSet {
  /** Number of the task. */
  readonly task: number;
  /** Numbers of classes, ascending; an empty list is an answer too. */
  readonly classes: readonly number[];
}

/** Sizes of a head's input. */
export interface InputSizes {
  /** Columns of a vector. */
  readonly dimension: number;
  /** Number of columns, the last of each vector, that count n-grams; the others are its dense part. */
  readonly lexical: number;
}

/** Sizes of a head; every kind has these three and may add its own. */
export interface HeadShape extends InputSizes {
  readonly classes: number;
  readonly [size: string]: number;
}

/**
 * A classifier over embeddings: it standardises, x = unit((dense part - mean) * scale) * sqrt(d), and then applies its
 * kind's formula to the tensors named in it. Every head has `mean` and `scale` [d]; a head whose classes belong to more
 * than one task has `tasks` [classes]; one with multi-label tasks has `multiLabel` [classes], 1 for their classes; one
 * with retired classes has `retired` [classes], 1 for those: as it serves, their score is `maskedScore`.
 */
export interface Head {
  readonly kind: string;
  readonly shape: HeadShape;
  readonly tensors: Tensors;
}

/** The inputs of a head. */
export interface HeadInputs {
  /** The dense part, standardised, [batch, d]. */
  readonly inputs: Expression;
  /** Counts of n-grams, [batch, lexical]; unused if there are none. */
  readonly counts: Expression;
}

/** The outputs of a head. */
export interface HeadOutputs {
  /** [batch, classes] */
  readonly scores: Expression;
  /** The changed embedding from which the scores are computed, [batch, d]; absent if the head leaves it unchanged. */
  readonly embedding?: Expression;
  /** Distance from everything learned, [batch]; absent if the kind does not measure it. */
  readonly distance?: Expression;
}

/**
 * A kind of head with everything specific to it. docs/extending.md adds one step by step.
 * @example
 * const plain: HeadKind = {
 *   name: 'plain',
 *   summary: 'softmax regression on the embedding',
 *   trainable: true,
 *   forward: ({ inputs }, { classes }) => ({ scores: readout(inputs, classes) }),
 * };
 */
export interface HeadKind {
  readonly name: string;
  /** One-line description for tables. */
  readonly summary: string;
  /**
   * Whether its parameters are trained by gradient: true for every gradient strategy; 'by its own strategy' for one
   * strategy, which provides tensors that the others do not; false for a kind that has a closed form and no parameters.
   */
  readonly trainable: boolean | 'by its own strategy';
  /**
   * Set if a closed form exists too: a head computed by it is near its optimum, and is trained further at a lower rate.
   */
  readonly hasClosedForm?: true;
  /**
   * Set if the head changes the embedding before it computes the scores, so that it can damage the encoder's suites.
   */
  readonly moves?: true;
  /**
   * Keys under `training` in adapter.yaml that it reads, with bounds and defaults. Kinds that share a key share its
   * schema.
   */
  readonly settings?: SettingsShape;
  /**
   * The kind's own sizes for a new head, which the manifest records.
   * @throws DECLARATION_INVALID if the settings do not match its schema
   */
  sizes?(settings: TrainingSettings, inputs: InputSizes): Readonly<Record<string, number>>;
  /**
   * Whether an earlier Espalier computed such a head differently, so that no update can continue from it; it can still
   * be served.
   */
  isOutdated?(shape: HeadShape): boolean;
  /**
   * The formula: parameters are learned, whole sources do not change. Both take their values from the head's tensors of
   * the same names.
   */
  forward(given: HeadInputs, shape: HeadShape): HeadOutputs;
  /** Tensors that are drawn once and never learned. */
  draw?(shape: HeadShape, seed: number): Tensors;
}

/** Added to the score of a class that does not compete, before a softmax: e^-1e9 is 0 in any precision. */
export const maskedScore = -1e9;

export interface TrainingJob {
  readonly strategy: string;
  readonly settings: TrainingSettings;
  readonly dimension: number;
  /** Number of columns, the last of each vector, that count n-grams. */
  readonly lexical: number;
  /** All classes known after this update; those of the parent come first, in their order. */
  readonly classes: readonly string[];
  /** [classes] the number of each class's task. Classes of different tasks never compete. */
  readonly tasks: Int32Array;
  /**
   * Numbers of the multi-label tasks, in which a text may have several labels or none: their classes do not compete.
   */
  readonly multiLabel?: readonly number[];
  /** Label sets of the targets from `classes.length` on. */
  readonly sets?: readonly LabelSet[];
  /** Numbers of the classes that may no longer be answered; a class that comes back is simply not among them. */
  readonly retired?: readonly number[];
  readonly fresh: LabelledVectors;
  /** Examples from the replay buffer; empty for a strategy that does not replay. */
  readonly replayed: LabelledVectors;
  /**
   * All examples that the parent learned, for a strategy that rereads them while they are few; absent if unavailable.
   */
  readonly learned?: LabelledVectors;
  /**
   * Examples that the parent learned and that must be taken out, with the targets and the weights by which it learned
   * them. A relabelled example stands here by its old target and in `fresh` by its new one. Rows of `replayed` and
   * `learned` with the same numbers are ignored.
   */
  readonly withdrawn?: LabelledVectors;
  /** Number of examples that the replay buffer may hold. */
  readonly budget: number;
  readonly parent: TrainedHead | undefined;
}

export interface TrainedHead {
  readonly head: Head;
  readonly state: Tensors;
  /** Results of the run, such as lambda and losses, for the manifest. */
  readonly facts: Readonly<Record<string, number>>;
}

/** `done` of `total` steps, in the unit that the strategy names. */
export type TrainingProgress = (done: number, total: number, unit: string) => void;

/** A numeric option specific to a strategy: `training.options` in adapter.yaml. */
export interface StrategyOption {
  readonly standard: number;
  readonly least: number;
  readonly most: number;
  readonly meaning: string;
}

/** The quantities that determine the size of a version. */
export interface VersionSizes {
  /** Number of examples that are new to it. */
  readonly fresh: number;
  /** Shape of the parent's head that the version continues from; undefined for a new head. */
  readonly parent: HeadShape | undefined;
  readonly dimension: number;
  readonly lexical: number;
  /** Number of classes of each task. */
  readonly classes: readonly number[];
}

/**
 * A way to make a head from a job, with its remedy against forgetting. strategies.ts lists the built-in ones.
 * @example
 * const strategy = strategyNamed('replay');
 * if (strategy.continues(parent, settings)) await strategy.train({ ...job, parent }, progress);
 */
export interface Strategy {
  readonly name: string;
  /** One-line description for tables. */
  readonly summary: string;
  /** Names of the kinds of head that it can train; the first is the default. */
  readonly headKinds: readonly string[];
  /** Whether the job should carry examples of the replay buffer. */
  readonly replays: boolean;
  /**
   * Greatest number of learned examples of a task, fresh ones included, that the job should carry in full; absent means
   * none.
   */
  readonly rereads?: number;
  /**
   * Whether an update from this parent needs examples of the buffer once although the strategy does not rehearse them:
   * to measure quantities that another strategy did not store.
   */
  measures?(parent: TrainedHead): boolean;
  readonly options: Readonly<Record<string, StrategyOption>>;
  /** False if the strategy cannot learn multi-label tasks. */
  readonly multiLabel?: false;
  /**
   * Set if the strategy's state is exact sums, from which `withdrawn` examples are subtracted; such a job may have no
   * `fresh` examples. Others ignore `withdrawn`: nothing can be subtracted from weights that a gradient trained.
   */
  readonly withdraws?: true;
  /** Whether an update from this parent extends it; if not, the job must carry everything ever learned as fresh. */
  continues(parent: TrainedHead, settings: TrainingSettings): boolean;
  /** Approximate size in bytes of a version's files; absent if they are small. */
  estimateBytes?(settings: TrainingSettings, sizes: VersionSizes): number;
  train(job: TrainingJob, progress: TrainingProgress): Promise<TrainedHead>;
}
