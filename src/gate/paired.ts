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
  /**
   * Scores of the anchor, an older version that may differ from case to case; null where a case has none, null
   * altogether where no case has one.
   */
  readonly anchor: readonly (number | null)[] | null;
  readonly candidate: readonly number[];
  /** What the scores are compared with; empty when the score needs no reference. */
  readonly gold: readonly number[];
  /** Cases of one cluster are drawn together; null: each is by itself. */
  readonly clusters: readonly string[] | null;
  readonly role: SuiteRole;
  /** Cases that nobody was asked, since no contender knows their label. */
  readonly leftOut: number;
  /** How many earlier contenders were judged by the same cases: the mean over the cases, rounded up. */
  readonly uses: number;
  /** Whether the head's answers are scored or the embedding. Absent: the answers. */
  readonly examines?: Examined | undefined;
  /** [cases] the true label with its task, for the macro accuracy; null or absent where cases have no label. */
  readonly labels?: readonly string[] | null | undefined;
  /**
   * [cases] a key of each case's text, so that suites which share texts can be found; null or absent where it is not
   * known.
   */
  readonly texts?: readonly string[] | null | undefined;
}

/** The family of suites that are made of held-out texts and ask the head for its answers to them. */
export const answersFamily = 'answers';

/**
 * answers: a suite asks the head, as holdouts do. encoder: a suite looks at the embedding, which the head does not
 * change.
 */
export type Examined = 'answers' | 'encoder';

/**
 * judged: a suite that must pass, alone or in its group. earlier: held-out examples of what the champion had been
 *         shown, part of one whole.
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
