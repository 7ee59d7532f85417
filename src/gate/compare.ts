/** What the scores of two versions on one suite, or on several as one, say of their difference. */
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
  /** After minus before. */
  readonly difference: number;
  /** Null where answers are not right or wrong. */
  readonly flips: Flips | null;
  /** One-sided p values of "it is no worse" and "it is no better". */
  readonly worse: number;
  readonly better: number;
  /** What power calculations and wholes go on from. */
  readonly outcome: Outcome;
}

export interface ComparisonSettings {
  readonly confidences: Confidences;
  readonly seed: readonly (string | number)[];
}

/** The chance with which a suite shall be able to decide, where the report says what would. */
const power = 0.8;

/**
 * Right-or-wrong answers by Tango's score interval and McNemar's exact test, which need no approximation where few
 * answers flip; other metrics, and cases that come in clusters, by the bootstrap. Where all cases came out alike on
 * both sides it has nothing to draw, and would be certain of one case as of a thousand: a share of cases that do not
 * may still be unseen, as large as for answers of which none flipped.
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
  /** How many cases count as one, since suites share texts (overlap.ts); 1 unless told. */
  readonly effect?: number;
}

/** What each member of a whole weighs. */
export const weightsOf = (members: readonly Comparison[], weighing: 'cases' | 'suites') =>
  members.map(({ outcome }) => (weighing === 'cases' ? outcome.cases : 1));

/** The mean of several comparisons, each weighed by its cases or alike. */
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

/** The same shares, known from fewer cases. */
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
 * Of right-or-wrong answers the sample variance, with one flip added either way: none seen does not mean that there are
 * none.
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
 * The smallest loss that cases like these usually exclude, for a candidate that is no worse; null where there are none.
 */
export function detectableLoss({ outcome }: Comparison, confidences: Confidences): number | null {
  return isUsable(outcome) ? minimumDetectableLoss(outcome, { confidences, power }) : null;
}

export interface Question {
  readonly margin: number;
  readonly confidences: Confidences;
  /**
   * The largest p value of this comparison alone that counts as shown worse, the number of comparisons taken into
   * account.
   */
  readonly shown: number;
}

/**
 * Cases like these that would bring the lower bound above minus the margin, or show a loss, and which of the two; null:
 * no number would.
 */
export function casesNeeded(
  { outcome }: Pick<Comparison, 'outcome'>,
  { margin, confidences, shown }: Question,
): Decision | null {
  return isUsable(outcome) ? casesToDecide(outcome, margin, { confidences, power, shown }) : null;
}

const isUsable = (outcome: Outcome) =>
  outcome.cases > 0 && (!('variance' in outcome) || Number.isFinite(outcome.variance));
