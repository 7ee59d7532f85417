/**
 * The words of drift.
 *
 * batch:  texts that came together: the examples of one intake, or the texts of a file.
 * scope:  all texts of a batch, or those of one of its domains.
 * inputs: the features that the head reads, as opposed to the scores that it gives.
 * held:   examples that the champion was not trained on, from the time that it has learned.
 */
import type { EstimatedShare } from './statistics/label-shift.js';

/** Fewer texts than this are not compared. */
export const fewestTexts = 10;

export interface InputTest {
  /** Permutation p of the distance between the means of the features. */
  readonly p: number;
  /** That distance as a share of the spread of what was learned; null if all that was learned is equal. */
  readonly effect: number | null;
  /** Number of learned examples that it was compared with by permutation. */
  readonly reference: number;
  /** Number of learned examples in the mean of the effect. */
  readonly learned: number;
}

export interface ScoreTest {
  /** Kolmogorov-Smirnov, with Bonferroni's bound over the labels. */
  readonly p: number;
  /** The largest distance between the distribution functions of a score. */
  readonly distance: number;
  /** The label of that score. */
  readonly label: string;
  readonly held: number;
}

export interface NoveltyTest {
  /** Number of texts that the champion would not answer, and their share. */
  readonly count: number;
  readonly share: number;
  /** The same share among held-out examples; null if there are too few. */
  readonly heldShare: number | null;
  readonly held: number;
  /** One-sided exact p that the share has grown; null without held-out examples. */
  readonly p: number | null;
}

/** A result, or the reason why there is none. */
export type Measured<Result> = Result | { readonly reason: string };

export const isMeasured = <Result extends object>(measured: Measured<Result>): measured is Result =>
  !('reason' in measured);

export interface ScopeCheck {
  /** Null for all texts of the batch. */
  readonly domain: string | null;
  readonly against: 'everything learned' | 'the same domain';
  /** Whether it decides if the batch has drifted. */
  readonly decides: boolean;
  readonly texts: number;
  /** Number of texts that were compared: a sample of many. */
  readonly compared: number;
  readonly inputs: Measured<InputTest>;
  readonly scores: Measured<ScoreTest>;
  readonly novelty: Measured<NoveltyTest>;
  /** The smallest p of these tests, adjusted by Holm for all tests that decide; null if there is none. */
  readonly p: number | null;
}

export interface LabelShare {
  readonly label: string;
  /** Share of it in what was learned. */
  readonly learned: number;
  /** Estimated share in the batch, of greatest likelihood; absent where it is not estimated. */
  readonly likelihood?: EstimatedShare;
  /** Estimated share in the batch by the confusion matrix; absent where it is not estimated. */
  readonly confusion?: EstimatedShare;
  /** Share among the labels that the batch came with; absent if it came without. */
  readonly observed?: number;
}

export interface LabelReport {
  readonly shares: readonly LabelShare[];
  /** Reasons why an estimate is missing. */
  readonly notes: readonly string[];
  /** Half the sum of the differences between estimated and learned shares: 0 alike, 1 no label in common. */
  readonly distance: number | null;
  /** What that distance would be on average by chance, for as many texts with the learned shares. */
  readonly byChance: number | null;
}

export interface BatchDrift {
  readonly adapter: string;
  /** The champion that it was compared with. */
  readonly version: number;
  readonly task: string;
  /** `arrivals 101-200`, or `texts` and their hash. */
  readonly batch: string;
  /** Number of the intake; absent for texts that were not taken in. */
  readonly number?: number;
  readonly arrivals?: { readonly first: number; readonly last: number };
  readonly texts: number;
  /** All texts first, then by domain. */
  readonly scopes: readonly ScopeCheck[];
  readonly labels: Measured<LabelReport>;
  /** Whether a test that decides has an adjusted p of at most 5 %. */
  readonly drifted: boolean;
  readonly at: string;
}

/** Largest adjusted p at which a batch has drifted. */
export const significance = 0.05;
