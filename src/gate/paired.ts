/** One suite as the gate sees it: the scores of candidate, champion and anchor, case by case. */

export interface PairedSuite {
  readonly name: string;
  /** Name of the metric that summarises its scores (evaluation/metrics.ts). */
  readonly metric: string;
  /** The family of suites that it belongs to. */
  readonly family: string;
  /** Score of guessing. */
  readonly chance: number;
  /** Null if there is no champion. */
  readonly champion: readonly number[] | null;
  /**
   * Scores of the anchor, an older version that may differ from case to case; null for a case without one. The whole
   * array is null if no case has one.
   */
  readonly anchor: readonly (number | null)[] | null;
  readonly candidate: readonly number[];
  /** Reference that the scores are compared with; empty if the score needs no reference. */
  readonly gold: readonly number[];
  /** Name of each case's cluster; the bootstrap draws clusters whole. Null if each case is independent. */
  readonly clusters: readonly string[] | null;
  readonly role: SuiteRole;
  /** Number of cases skipped because no contender knows their label. */
  readonly leftOut: number;
  /** Number of earlier contenders judged by the same cases: the mean over the cases, rounded up. */
  readonly uses: number;
  /** Whether the suite scores the head's answers or the embedding; the answers by default. */
  readonly examines?: Examined | undefined;
  /** [cases] The true label with its task, for the macro accuracy; null or absent if cases have no label. */
  readonly labels?: readonly string[] | null | undefined;
  /** [cases] A key of each case's text, used to find suites that share texts; null or absent if unknown. */
  readonly texts?: readonly string[] | null | undefined;
}

/** The family of suites that are made of held-out texts and score the head's answers to them. */
export const answersFamily = 'answers';

/**
 * answers: the suite scores the head's answers, as holdouts do. encoder: the suite scores the embedding, which a head
 * does not change.
 */
export type Examined = 'answers' | 'encoder';

/**
 * judged:  a suite that must pass, alone or in its group.
 * earlier: held-out examples that the champion had been shown; they are part of one whole.
 * new:     examples of a domain or label that the champion does not know, so nothing can be lost.
 */
export type SuiteRole = 'judged' | 'earlier' | 'new';

/** Several suites that are judged as one. */
export interface Whole {
  readonly name: string;
  readonly members: readonly PairedSuite[];
  /** cases: each case has equal weight, as if the members were one suite. suites: each member has equal weight. */
  readonly weighing: 'cases' | 'suites';
}
