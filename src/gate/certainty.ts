/**
 * The confidence each bound of a verdict needs, given the number of contenders examined and of earlier refusals by the
 * anchor.
 */
import type { GatePolicy } from '../declaration/gate-policy.js';
import type { Confidences } from './statistics/bounds.js';

/** Number of attempts in which a candidate could pass by luck. */
export interface Tries {
  /** Number of contenders in the update. */
  readonly field: number;
  /** Number of candidates that the anchor has refused since the present champion was approved. */
  readonly refusals: number;
}

export const onlyTry: Tries = { field: 1, refusals: 0 };

export interface Certainty {
  /**
   * Largest p value that counts as shown. It is not corrected for the number of tries: a correction would make a loss
   * harder to show.
   */
  readonly alpha: number;
  readonly bounds: Confidences;
  readonly anchorBounds: Confidences;
}

/**
 * The best of k contenders passes by luck up to k times as often as a single one, so each bound holds at 1 - alpha / k
 * (Bonferroni). A new attempt after the anchor has refused a candidate is another draw on the same cases, so the
 * anchor's bounds hold at 1 - alpha / (k (1 + refusals)).
 */
export function certaintyOf({ confidence }: Pick<GatePolicy, 'confidence'>, { field, refusals }: Tries): Certainty {
  const alpha = 1 - confidence;
  return { alpha, bounds: bothAt(alpha, field), anchorBounds: bothAt(alpha, field * (1 + refusals)) };
}

/** With a single try, the result equals the confidence of the policy to the last bit. */
function bothAt(alpha: number, tries: number): Confidences {
  const confidence = 1 - alpha / tries;
  return { lower: confidence, upper: confidence };
}
