/** Compares the scores of two versions on one suite, or on several suites judged as one. */
import { metricNamed } from '../evaluation/metrics.js';
import type { PairedSuite } from './paired.js';
import { pairedBootstrap, pairedBootstrapOfMean } from './statistics/bootstrap.js';
import type { Bounds, Confidences } from './statistics/bounds.js';
import { countFlips, type Flips } from './statistics/flips.js';
import { mcnemar } from './statistics/mcnemar.js';
import { casesToDecide, type Decision, minimumDetectableLoss, type Outcome } from './statistics/power.js';
import { type Stratum, stratifiedBounds, stratifiedPValues, weightedDifference } from './statistics/stratified.js';
import { tangoBounds } from './statistics/tango.js';

export interface Comparison extends Bounds {
  readonly before: number;
  readonly after: number;
  /** Score after minus score before. */
  readonly difference: number;
  /** Null for metrics that do not score each answer as right or wrong. */
  readonly flips: Flips | null;
  /** One-sided p values of the null hypotheses "it is no worse" and "it is no better". */
  readonly worse: number;
  readonly better: number;
  /** Input of the power calculations and of comparisons that combine several suites. */
  readonly outcome: Outcome;
}

export interface ComparisonSettings {
  readonly confidences: Confidences;
  readonly seed: readonly (string | number)[];
}

/** Power assumed where the report says how many cases would decide. */
const power = 0.8;

/**
 * Right-or-wrong answers are compared by Tango's score interval and McNemar's exact test, which need no approximation
 * where few answers flip; other metrics, and clustered cases, by the bootstrap. If all cases score the same on both
 * sides, the bootstrap interval has zero width whatever the number of cases; the bounds are then widened to those of
 * right-or-wrong answers of which none flipped.
 * @param before scores of the other side, case by case
 */
export function compareSuite(
  suite: PairedSuite,
  before: readonly number[],
  { confidences, seed }: ComparisonSettings,
): Comparison {
  const metric = metricNamed(suite.metric);
  const cases = suite.candidate.length;
  const [was, is] = [before, suite.candidate].map((scores) => metric.statistic(scores, suite.gold)) as [
    Weighted,
    Weighted,
  ];
  const ones = new Float64Array(cases).fill(1);
  const values = { before: was(ones), after: is(ones) };
  const flips = metric.isProportion ? countFlips(before, suite.candidate) : null;
  if (flips && suite.clusters === null) {
    const { worse, better } = mcnemar(flips);
    return {
      ...values,
      difference: values.after - values.before,
      ...tangoBounds(flips, confidences),
      flips,
      worse,
      better,
      outcome: flips,
    };
  }
  if (cases === 0) return { ...values, ...nothingKnown, flips };
  const options = { confidences, seed, ...(suite.clusters && { clusters: suite.clusters }) };
  const sample = metric.isMean
    ? pairedBootstrapOfMean(
        suite.candidate.map((score, index) => score - before[index]!),
        options,
      )
    : pairedBootstrap(cases, (weights) => is(weights) - was(weights), options);
  const { lower, upper, worse, better, variance } = sample;
  const difference = sample.observed;
  if (variance === 0 && difference === 0) {
    const none = { cases, gained: 0, lost: 0 };
    return { ...values, difference, ...tangoBounds(none, confidences), flips, worse, better, outcome: none };
  }
  return { ...values, difference, lower, upper, flips, worse, better, outcome: { cases, difference, variance } };
}

type Weighted = (weights: Float64Array) => number;

const nothingKnown = {
  ...{ difference: Number.NaN, lower: -1, upper: 1, worse: 1, better: 1 },
  outcome: { cases: 0, difference: Number.NaN, variance: Number.NaN },
};

export interface WholeSettings {
  readonly weighing: 'cases' | 'suites';
  readonly confidences: Confidences;
  /** Design effect: how many cases count as one because the suites share texts (overlap.ts). 1 by default. */
  readonly effect?: number;
}

/** The weight of each member of a whole. */
export const weightsOf = (members: readonly Comparison[], weighing: 'cases' | 'suites') =>
  members.map(({ outcome }) => (weighing === 'cases' ? outcome.cases : 1));

/** The mean of several comparisons, weighted by cases or equally. */
export function compareWhole(
  members: readonly Comparison[],
  { weighing, confidences, effect = 1 }: WholeSettings,
): Comparison {
  const weights = weightsOf(members, weighing);
  const strata = members.map(({ outcome }, index): Stratum => {
    const weight = weights[index]!;
    if ('variance' in outcome) return { weight, ...outcome, variance: outcome.variance * effect };
    return { weight, flips: fewer(outcome, effect) };
  });
  const total = strata.reduce((sum, { weight }) => sum + weight, 0);
  const mean = (measure: (member: Comparison) => number) =>
    members.reduce((sum, member, index) => sum + (strata[index]!.weight / total) * measure(member), 0);
  const bounds = stratifiedBounds(strata, confidences);
  const difference = weightedDifference(strata);
  const flips = members.every((member) => member.flips) ? sumFlips(members.map((member) => member.flips!)) : null;
  return {
    ...{ before: mean(({ before }) => before), after: mean(({ after }) => after), difference, flips },
    ...bounds,
    ...stratifiedPValues(strata),
    outcome:
      weighing === 'cases' && flips && effect === 1
        ? flips
        : { cases: casesIn(members), difference, variance: effect * varianceOfMean(members, strata, total) },
  };
}

/** The same shares of flips, for the effective number of cases. */
function fewer({ cases, gained, lost }: Flips, effect: number): Flips {
  return { cases: cases / effect, gained: gained / effect, lost: lost / effect };
}

const casesIn = (members: readonly Comparison[]) => members.reduce((sum, { outcome }) => sum + outcome.cases, 0);

function varianceOfMean(members: readonly Comparison[], strata: readonly Stratum[], total: number): number {
  return members.reduce(
    (sum, { outcome }, index) => sum + (strata[index]!.weight / total) ** 2 * varianceOf(outcome),
    0,
  );
}

/**
 * For right-or-wrong answers: the sample variance with one flip added in each direction, since no observed flip does
 * not mean that none can occur.
 */
function varianceOf(outcome: Outcome): number {
  if ('variance' in outcome) return outcome.variance;
  const { cases, gained, lost } = outcome;
  return (gained + lost + 2 - (gained - lost) ** 2 / cases) / cases ** 2;
}

function sumFlips(all: readonly Flips[]): Flips {
  const sum = (count: (flips: Flips) => number) => all.reduce((total, flips) => total + count(flips), 0);
  return { cases: sum(({ cases }) => cases), gained: sum(({ gained }) => gained), lost: sum(({ lost }) => lost) };
}

/**
 * The smallest loss that this number of cases usually excludes for a candidate that is no worse; null if the comparison
 * is not usable.
 */
export function detectableLoss({ outcome }: Comparison, confidences: Confidences): number | null {
  return isUsable(outcome) ? minimumDetectableLoss(outcome, { confidences, power }) : null;
}

export interface Question {
  readonly margin: number;
  readonly confidences: Confidences;
  /** Largest p value of this single comparison that counts as shown worse, corrected for the number of comparisons. */
  readonly shown: number;
}

/**
 * Number of such cases that would raise the lower bound above minus the margin, or show a loss, and which of the two
 * happens first; null if no number would.
 */
export function casesNeeded(
  { outcome }: Pick<Comparison, 'outcome'>,
  { margin, confidences, shown }: Question,
): Decision | null {
  return isUsable(outcome) ? casesToDecide(outcome, margin, { confidences, power, shown }) : null;
}

const isUsable = (outcome: Outcome) =>
  outcome.cases > 0 && (!('variance' in outcome) || Number.isFinite(outcome.variance));
