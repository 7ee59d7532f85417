/**
 * The words of the training room.
 *
 * job:      all that one training run needs; plain data, so that it can cross to a worker thread.
 * head:     what is trained, as a kind of head with its sizes and its tensors. The kind says what is computed; see
 *           heads.ts.
 * state:    what a strategy stores besides the head to continue from at the next update; may be empty.
 * strategy: how a head is made from a job, and what resists forgetting; see strategies.ts.
 */

import type { Tensors } from '../core/safetensors.js';
import type { SettingsShape, TrainingSettings } from '../declaration/declaration.js';
import type { Expression } from './autodiff/expression.js';

/** Labelled vectors. */
export interface LabelledVectors {
  /** [count, dimension] float32, row-major: as the encoder gives them, counts of n-grams last. */
  readonly vectors: Float32Array;
  /** [count] numbers of the job's classes; from their number on, of its label sets. */
  readonly targets: Int32Array;
  /** [count] numbers of the examples: what a strategy keeps of an example is kept under its number. */
  readonly ids: Int32Array;
}

/** An answer of a multi-label task. */
export interface LabelSet {
  /** Number of the task. */
  readonly task: number;
  /** Numbers of classes, ascending; none is an answer too. */
  readonly classes: readonly number[];
}

/** What the encoder gives a head to read. */
export interface InputSizes {
  /** Columns of a vector. */
  readonly dimension: number;
  /** How many of them, the last ones, count n-grams; the others are its dense part. */
  readonly lexical: number;
}

/** Sizes by which a head of a kind is built; every kind has these three, and adds its own. */
export interface HeadShape extends InputSizes {
  readonly classes: number;
  readonly [size: string]: number;
}

/**
 * A classifier over embeddings: x = unit((dense part - mean) * scale) * sqrt(d); then what its kind says, over tensors
 * of the names that its kind uses. `mean` and `scale` [d] every head has; `tasks` [classes] those whose classes belong
 * to more than one task; `multiLabel` [classes], 1 for the classes of multi-label tasks, those that have such.
 */
export interface Head {
  readonly kind: string;
  readonly shape: HeadShape;
  readonly tensors: Tensors;
}

/** What a head is given. */
export interface HeadInputs {
  /** The dense part, standardised, [batch, d]. */
  readonly inputs: Expression;
  /** Counts of n-grams, [batch, lexical]; nothing is made of them where there are none. */
  readonly counts: Expression;
}

/** What a head computes from its inputs. */
export interface HeadOutputs {
  /** [batch, classes] */
  readonly scores: Expression;
  /** What becomes of the embedding before the scores are read off, [batch, d]; absent where it stays as it is. */
  readonly embedding?: Expression;
  /** How far from all that is known, [batch]; absent where the kind has no measure of it. */
  readonly distance?: Expression;
}

/** A kind of head and everything that only it knows. docs/extending.md adds one step by step. */
export interface HeadKind {
  readonly name: string;
  /** One line for tables. */
  readonly summary: string;
  /**
   * Whether its parameters are trained by gradient: true by every gradient strategy; by its own strategy alone, which
   * gives it what the others do not; or not at all, since it has a closed form and no parameters.
   */
  readonly trainable: boolean | 'by its own strategy';
  /** A closed form exists too: a head that it made is near its optimum, and is trained on at a lower rate. */
  readonly hasClosedForm?: true;
  /** It changes the embedding before it reads the scores off it, so that it can damage what the encoder is good for. */
  readonly moves?: true;
  /**
   * Keys under `training` in adapter.yaml that it reads, with bounds and usual values. Kinds that share a key share its
   * schema.
   */
  readonly settings?: SettingsShape;
  /**
   * Its own sizes of a new head, which the manifest keeps.
   * @throws DECLARATION_INVALID where the settings are not what its schema allows
   */
  sizes?(settings: TrainingSettings, inputs: InputSizes): Readonly<Record<string, number>>;
  /**
   * Whether an earlier Espalier computed such a head otherwise, so that no update can go on from it; it serves all the
   * same.
   */
  isOutdated?(shape: HeadShape): boolean;
  /**
   * The formula: parameters are learned, whole sources stay as they are. Both take their values from the head's tensors
   * of their names.
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
  /** How many of the columns, the last ones, count n-grams. */
  readonly lexical: number;
  /** All classes after this update; those of the parent come first, in their order. */
  readonly classes: readonly string[];
  /** [classes] the number of each class's task. Classes of different tasks never compete. */
  readonly tasks: Int32Array;
  /** Numbers of the tasks of which a text may have several labels, or none: their classes do not compete either. */
  readonly multiLabel?: readonly number[];
  /** What targets from `classes.length` on stand for. */
  readonly sets?: readonly LabelSet[];
  readonly fresh: LabelledVectors;
  /** From the replay buffer; empty for a strategy that does not replay. */
  readonly replayed: LabelledVectors;
  /**
   * Everything that the parent learned, for a strategy that rereads it while it is few; absent where it is not at hand.
   */
  readonly learned?: LabelledVectors;
  /** How many examples the replay buffer may hold. */
  readonly budget: number;
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

/** A number that only one strategy knows: `training.options` in adapter.yaml. */
export interface StrategyOption {
  readonly standard: number;
  readonly least: number;
  readonly most: number;
  readonly meaning: string;
}

/** What the size of a version depends on. */
export interface VersionSizes {
  /** Number of examples that are new to it. */
  readonly fresh: number;
  /** Of the head that it goes on from; undefined: it begins with a new one. */
  readonly parent: HeadShape | undefined;
  readonly dimension: number;
  readonly lexical: number;
  /** Number of classes of each task. */
  readonly classes: readonly number[];
}

export interface Strategy {
  readonly name: string;
  /** One line for tables. */
  readonly summary: string;
  /** Names of the kinds of head that it can train; the first is the usual one. */
  readonly headKinds: readonly string[];
  /** Whether the job should carry examples of the replay buffer. */
  readonly replays: boolean;
  /**
   * Up to how many learned examples of a task the job should carry in whole, the fresh ones among them; absent: none.
   */
  readonly rereads?: number;
  /**
   * Whether an update from this parent needs examples of the buffer once, though the strategy does not rehearse them:
   * to measure what another strategy did not keep.
   */
  measures?(parent: TrainedHead): boolean;
  readonly options: Readonly<Record<string, StrategyOption>>;
  /** Where it is false, the strategy cannot learn multi-label tasks. */
  readonly multiLabel?: false;
  /** Whether an update from this parent extends it; if not, the job must carry everything ever learned as fresh. */
  continues(parent: TrainedHead, settings: TrainingSettings): boolean;
  /** About how many bytes the files of a version will take; absent: what it keeps is small. */
  estimateBytes?(settings: TrainingSettings, sizes: VersionSizes): number;
  train(job: TrainingJob, progress: TrainingProgress): Promise<TrainedHead>;
}
