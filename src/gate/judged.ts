/** A suite, or several judged as one, before it becomes a row of the report. */
import type { GatePolicy } from '../declaration/gate-policy.js';
import type { Certainty } from './certainty.js';
import type { Comparison } from './compare.js';
import type { Limits } from './limits.js';
import type { PairedSuite } from './paired.js';

export interface RowSettings {
  readonly policy: GatePolicy;
  readonly seed: number;
  readonly certainty: Certainty;
}

/** A suite or a whole, compared with the champion and judged by one set of limits. */
export interface Judged {
  readonly name: string;
  readonly scope: 'suite' | 'whole';
  readonly metric: string;
  readonly suites: readonly PairedSuite[];
  readonly limits: Limits;
  readonly toChampion: Comparison | undefined;
  readonly toAnchor: Comparison | undefined;
  readonly score: OwnScore;
}

/** The candidate's own score, without comparison. */
export interface OwnScore {
  /** NaN if there are no cases. */
  readonly value: number;
  /**
   * A one-sided lower bound, for floors. It is computed only when a limit needs it, since it may cost another
   * bootstrap.
   */
  readonly lower: () => number;
}
