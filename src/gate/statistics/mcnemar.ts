/**
 * McNemar's exact test: the probability of flips at least as unbalanced as those observed, if losses and gains were
 * equally likely.
 */
import { upperTail } from './binomial.js';

export interface McNemar {
  /**
   * One-sided p value of "the candidate is worse": the probability of at least this many losses if both were equally
   * likely.
   */
  readonly worse: number;
  /** One-sided p value of "the candidate is better". */
  readonly better: number;
  /** Twice the smaller of the two, at most 1. */
  readonly twoSided: number;
}

/**
 * McNemar, "Note on the sampling error of the difference between correlated proportions", Psychometrika 1947. Exact, by
 * the binomial distribution over the flips, since updates flip few cases and the chi-square form then finds differences
 * too readily. Without a flip every p is 1.
 */
export function mcnemar({ gained, lost }: { readonly gained: number; readonly lost: number }): McNemar {
  const worse = upperTail(lost, gained + lost);
  const better = upperTail(gained, gained + lost);
  return { worse, better, twoSided: Math.min(1, 2 * Math.min(worse, better)) };
}
