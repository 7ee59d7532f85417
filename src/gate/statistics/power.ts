/** The power of a suite: the smallest loss it can rule out, and how many cases would settle an inconclusive result. */
import { turningPoint } from './bisection.js';
import type { Confidences } from './bounds.js';
import type { Flips } from './flips.js';
import { normalQuantile } from './normal.js';
import { tangoBounds } from './tango.js';

/** The paired outcome of a suite whose answers are not right or wrong. */
export interface MeasuredDifference {
  readonly cases: number;
  readonly difference: number;
  /** Variance of the difference; it shrinks as 1 / cases. */
  readonly variance: number;
}

export type Outcome = Flips | MeasuredDifference;

export interface Demand {
  readonly confidences: Confidences;
  /** The probability with which the suite should reach its result, in [0.5, 1). 0.8 by convention (Cohen 1988). */
  readonly power: number;
}

export interface DecisionDemand extends Demand {
  /** Largest p value that counts as shown worse. */
  readonly shown: number;
}

export interface Decision {
  /** Total cases needed, including those already present. */
  readonly cases: number;
  readonly verdict: 'not-inferior' | 'worse';
}

/**
 * The smallest margin at which a candidate that is truly as good as the champion, and flips as many answers as this
 * one, would pass with probability `power`: minus the lower bound at the difference that bad luck of that probability
 * leaves. A smaller margin is more than the suite can show. Without flips it is z^2 / (n + z^2), the least that this
 * number of cases ever excludes. It is in (0, 1]; for another metric it is (z_confidence + z_power) standard errors.
 */
export function minimumDetectableLoss(outcome: Outcome, { confidences, power }: Demand): number {
  return -boundsAfterLuck(unchanged(outcome), -normalQuantile(power), confidences).lower;
}

/**
 * How many cases would settle an inconclusive result with probability `power`, if all cases are like those observed: at
 * the observed rates of flips the candidate is shown either not inferior by `margin` or worse, whichever needs fewer.
 * Both follow the rules of the gate, so more cases are needed than there are.
 * @param margin as in the policy, not negative
 * @returns null where no number of cases would: the loss is close to the margin itself, or more than a thousand million
 * are needed
 */
export function casesToDecide(
  outcome: Outcome,
  margin: number,
  { confidences, power, shown }: DecisionDemand,
): Decision | null {
  const luck = normalQuantile(power);
  const forLoss = { ...confidences, upper: 1 - shown };
  const passes = (cases: number) => boundsAfterLuck(ofSize(outcome, cases), -luck, confidences).lower >= -margin;
  const fails = (cases: number) => boundsAfterLuck(ofSize(outcome, cases), luck, forLoss).upper < 0;
  const [toPass, toFail] = [fewest(passes), fewest(fails)];
  if (Math.min(toPass, toFail) > mostCases) return null;
  return toPass <= toFail ? { cases: toPass, verdict: 'not-inferior' } : { cases: toFail, verdict: 'worse' };
}

const mostCases = 1e9;

/** The smallest whole number from which `isEnough` holds; Infinity if there is none up to `mostCases`. */
function fewest(isEnough: (cases: number) => boolean): number {
  return isEnough(mostCases)
    ? Math.ceil(turningPoint(0, mostCases, (cases) => !isEnough(Math.ceil(cases))))
    : Number.POSITIVE_INFINITY;
}

/**
 * The bounds if the difference comes out `luck` standard errors above the expected one. Flips are counted as fractions.
 */
function boundsAfterLuck(outcome: Outcome, luck: number, confidences: Confidences) {
  if ('variance' in outcome) {
    const error = Math.sqrt(outcome.variance);
    const difference = outcome.difference + luck * error;
    return {
      lower: difference - normalQuantile(confidences.lower) * error,
      upper: difference + normalQuantile(confidences.upper) * error,
    };
  }
  const { cases, gained, lost } = outcome;
  const flips = gained + lost;
  const error = Math.sqrt(flips - (gained - lost) ** 2 / cases);
  const net = Math.min(flips, Math.max(-flips, gained - lost + luck * error));
  return tangoBounds({ cases, gained: (flips + net) / 2, lost: (flips - net) / 2 }, confidences);
}

/** The same rate of flips, with equally many in each direction. */
function unchanged(outcome: Outcome): Outcome {
  if ('variance' in outcome) return { ...outcome, difference: 0 };
  const half = (outcome.gained + outcome.lost) / 2;
  return { cases: outcome.cases, gained: half, lost: half };
}

function ofSize(outcome: Outcome, cases: number): Outcome {
  const times = cases / outcome.cases;
  if ('variance' in outcome) return { ...outcome, cases, variance: outcome.variance / times };
  return { cases, gained: outcome.gained * times, lost: outcome.lost * times };
}
