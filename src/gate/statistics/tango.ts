/** Tango's score interval for a difference of paired proportions. */
import { turningPoint } from './bisection.js';
import { anyShare, type Bounds, type Confidences } from './bounds.js';
import { exchangeSides, type Flips } from './flips.js';
import { normalQuantile } from './normal.js';

/**
 * Bounds on the difference between two shares of right answers: Tango, "Equivalence test and confidence interval for
 * the difference in proportions for the paired-sample design", Stat. Med. 1998. A difference lies within them unless
 * the score test rejects it, with the variance that this difference would imply. So the bounds stay valid if few or no
 * cases flip (without a flip among n cases the lower one is -z^2/(n + z^2), where Wald's would be 0), and never leave
 * [-1, 1]. Without cases they are -1 and 1.
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
 * Variance of the observed difference if `difference` were true: (p_gained + p_lost - difference^2) / cases at the most
 * likely p_gained and p_lost with that difference (Tango 1998, eq. 7: the root of a quadratic).
 * @param difference in [-1, 1]
 */
export function scoreVariance({ cases, gained, lost }: Flips, difference: number): number {
  // A loss is a gain of the other side, so both sides agree to the last bit, and no root is a difference of nearly
  // equal numbers.
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
