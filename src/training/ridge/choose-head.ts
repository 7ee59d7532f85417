/**
 * Fits the head for few examples: ridge regression, or, where affordable, the better of it and logistic regression on
 * the same features. They are compared by the likelihood of left-out examples: groups for ridge, whole folds for
 * logistic regression, which is the harder test. The ridge head is kept unless the logistic head is better by more than
 * one standard error of the paired difference.
 */
import { type DualFit, fitDual, type Whole } from './dual.js';
import type { FitSearch } from './fit.js';
import type { Weighed } from './lexical-share.js';
import { fitLogistic, isLogisticCheap, type LogisticFit } from './logistic.js';

export interface FewFit extends Weighed {
  /** [width, classes], not yet divided by the temperature. */
  readonly weight: Float64Array;
  /** [classes], not yet divided by the temperature; absent if there is none. */
  readonly bias?: Float64Array;
  /** The choice, and the figures it is based on. */
  readonly facts: Readonly<Record<string, number>>;
}

/** The choice of the parent. */
export interface ChosenBefore {
  /** 1 if the parent chose the logistic head. */
  readonly logistic?: number | undefined;
  readonly logisticPenalty?: number | undefined;
}

export async function fitFew(whole: Whole, search: FitSearch, before: ChosenBefore): Promise<FewFit> {
  const ridge = await fitDual(whole, search);
  const isKept = search.keep !== undefined && before.logistic !== undefined;
  if (!isLogisticCheap(whole) || (isKept && before.logistic === 0)) return ridgeAlone(ridge);
  const logistic = await fitLogistic(whole, {
    keep: isKept ? before.logisticPenalty : undefined,
    threads: search.threads,
  });
  const isLogistic = isKept || isClearlyBetter(logistic, ridge);
  const facts = {
    lambda: ridge.lambda,
    logistic: isLogistic ? 1 : 0,
    logisticPenalty: logistic.c,
    ridgeLoss: ridge.calibrated.cost,
    logisticLoss: logistic.calibrated.cost,
  };
  return isLogistic ? { ...logistic, facts } : { ...ridge, facts };
}

function ridgeAlone(ridge: DualFit): FewFit {
  return { ...ridge, facts: { lambda: ridge.lambda, logistic: 0, ridgeLoss: ridge.calibrated.cost } };
}

/** Whether logistic regression is better by more than one standard error, over the rows asked of the ridge head. */
function isClearlyBetter(logistic: LogisticFit, { asked, calibrated }: DualFit): boolean {
  const gains = calibrated.costs.map((cost, place) => cost - logistic.calibrated.costs[asked[place]!]!);
  const mean = gains.reduce((sum, gain) => sum + gain, 0) / gains.length;
  const variance = gains.reduce((sum, gain) => sum + (gain - mean) ** 2, 0) / gains.length;
  return mean > Math.sqrt(variance / gains.length);
}
