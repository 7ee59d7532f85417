/** A lower bound of one share of right answers, for floors. */
import { upperTail } from './binomial.js';
import { turningPoint } from './bisection.js';

/**
 * Clopper & Pearson, "The use of confidence or fiducial limits illustrated in the case of the binomial", Biometrika
 * 1934: the share at which at least this many right answers would occur with probability 1 - confidence. It is exact:
 * its error rate never exceeds the nominal one.
 * @param right of `cases`, at least 1 @returns 0 where none is right
 */
export function proportionLowerBound(right: number, cases: number, confidence: number): number {
  if (right === 0) return 0;
  return turningPoint(0, right / cases, (share) => upperTail(right, cases, share) < 1 - confidence);
}
