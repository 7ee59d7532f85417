/** Tango's score interval for a difference of paired proportions. */
import { turningPoint } from './bisection.js';
import { anyShare, type Bounds, type Confidences } from './bounds.js';
import { exchangeSides, type Flips } from './flips.js';
import { normalQuantile } from './normal.js';

/**
 * Bounds on the share of right answers gained, for answers that are right or wrong: Tango, "Equivalence test and
 * confidence interval for the difference in proportions for the paired-sample design", Stat. Med. 1998. A difference
 * lies within them unless the score test refuses it, whose variance is the one that the difference would have. So the
 * bounds stay honest where few or no cases flip (without a flip among n cases the lower one is -z^2/(n + z^2), where
 * Wald's would be 0), and never leave [-1, 1]. Of no cases: -1 and 1.
 */
export function tangoBounds(flips: Flips, { lower, upper }: Confidences): Bounds {
  if (flips.cases === 0) return anyShare;
  return {
    lower: lowerBound(flips, normalQuantile(lower)),
    upper: -lowerBound(exchangeSides(flips), normalQuantile(upper)),
  };
}

function lowerBound(flips: Flips, z: number): number {
  const observed = (flips.gained - flips.lost) / flips.cases;
  return turningPoint(
    -1,
    observed,
    (difference) => observed - difference > z * Math.sqrt(scoreVariance(flips, difference)),
  );
}

/**
 * Variance of the observed difference, were `difference` true: (p_gained + p_lost - difference^2) / cases at the most
 * likely p_gained and p_lost that differ by it (Tango 1998, eq. 7: the root of a quadratic).
 * @param difference in [-1, 1]
 */
export function scoreVariance({ cases, gained, lost }: Flips, difference: number): number {
  // A loss is a gain of the other side. So both sides are the same to the last bit, and no root is a difference of near
  // equals.
  return difference < 0
    ? varianceOfGain(cases, lost, gained, -difference)
    : varianceOfGain(cases, gained, lost, difference);
}

/** @param gain at least 0 */
function varianceOfGain(cases: number, gained: number, lost: number, gain: number): number {
  const a = 2 * cases;
  const b = (2 * cases - gained + lost) * gain - gained - lost;
  const minusC = lost * gain * (1 - gain);
  const root = Math.sqrt(b * b + 4 * a * minusC);
  const pLost = b > 0 ? (2 * minusC) / (root + b) : (root - b) / (2 * a);
  return (2 * pLost + gain * (1 - gain)) / cases;
}
