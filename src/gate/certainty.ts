/**
 * How sure each bound of a verdict must be, given how many contenders were looked at and how often the anchor has
 * refused one.
 */
import type { GatePolicy } from '../declaration/gate-policy.js';
import type { Confidences } from './statistics/bounds.js';

/** How many chances luck has had. */
export interface Tries {
  /** Contenders of the update. */
  readonly field: number;
  /** Candidates that the anchor refused since the present champion began to serve. */
  readonly refusals: number;
}

export const onlyTry: Tries = { field: 1, refusals: 0 };

export interface Certainty {
  /** Largest p value that counts as shown. It is not corrected: a correction would make a loss harder to show. */
  readonly alpha: number;
  readonly bounds: Confidences;
  readonly anchorBounds: Confidences;
}

/**
 * The best of k contenders passes by luck up to k times as often as one, so that each bound holds at 1 - alpha / k
 * (Bonferroni). Whoever tries again after the anchor has refused draws once more on the same cases: the next try has 1
 * - alpha / (k (1 + refusals)).
 */
export function certaintyOf({ confidence }: Pick<GatePolicy, 'confidence'>, { field, refusals }: Tries): Certainty {
  const alpha = 1 - confidence;
  return { alpha, bounds: bothAt(alpha, field), anchorBounds: bothAt(alpha, field * (1 + refusals)) };
}

/** One try has the confidence of the policy to the last bit. */
function bothAt(alpha: number, tries: number): Confidences {
  const confidence = 1 - alpha / tries;
  return { lower: confidence, upper: confidence };
}
