/** One suite as the gate sees it: the scores of candidate, champion and anchor, case by case. */

export interface PairedSuite {
  readonly name: string;
  /** How its scores are summed up (evaluation/metrics.ts). */
  readonly metric: string;
  /** The family of suites that it belongs to. */
  readonly family: string;
  /** Score of guessing. */
  readonly chance: number;
  /** Null: there is no champion. */
  readonly champion: readonly number[] | null;
  /** Of a fixed older version, null where it cannot answer; null altogether: none is asked for, or it does not know this. */
  readonly anchor: readonly (number | null)[] | null;
  readonly candidate: readonly number[];
  /** What the scores are held against; empty where they say all. */
  readonly gold: readonly number[];
  /** Cases of one cluster are drawn together; null: each is by itself. */
  readonly clusters: readonly string[] | null;
  readonly role: SuiteRole;
  /** Cases that nobody was asked, since no contender knows their label. */
  readonly leftOut: number;
  /** How many earlier updates were decided on the same cases. */
  readonly uses: number;
}

/**
 * judged: a suite that must pass, alone or in its group. earlier: the holdout of a domain that the champion knows, part of one whole.
 * new: examples of a domain or of labels that the champion does not know, so that there is nothing to lose.
 */
export type SuiteRole = 'judged' | 'earlier' | 'new';

/** Several suites that are judged as one. */
export interface Whole {
  readonly name: string;
  readonly members: readonly PairedSuite[];
  /** cases: each case counts alike, as if the members were one suite. suites: each member counts alike. */
  readonly weighing: 'cases' | 'suites';
}
