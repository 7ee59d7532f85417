/**
 * The rows of a report: each suite, and each whole of several suites, compared with champion and anchor and judged by
 * its limits.
 *
 * Each suite, and each group of suites as one, must be shown not inferior to the champion by more than its margin. A
 * loss shown beyond the margin fails; anything between is inconclusive. Members of a group are too small to pass
 * individually: each must not be shown worse or, if the group sets `harm`, must exclude a loss of that size. p values
 * are adjusted for the number of comparisons (Holm).
 */

import { appendAll } from '../core/sequences.js';
import type { GatePolicy } from '../declaration/gate-policy.js';
import { accuracy, jaccard } from '../evaluation/metrics/means.js';
import { metricNamed, metricValue } from '../evaluation/metrics.js';
import { type Certainty, certaintyOf, onlyTry, type Tries } from './certainty.js';
import type { Comparison } from './compare.js';
import { casesNeeded, compareSuite, compareWhole, detectableLoss, weightsOf } from './compare.js';
import { areFinite, notNumbers } from './finite.js';
import { isEnoughToShow } from './guessing.js';
import type { Judged, OwnScore, RowSettings } from './judged.js';
import { groupsOf, type Limits, limitsAsWhole, limitsOf, newHoldouts } from './limits.js';
import { compareMacro } from './macro.js';
import { type ComparedSuite, designEffect } from './overlap.js';
import type { PairedSuite, Whole } from './paired.js';
import type { Finding, ReportRow } from './report.js';
import { type Evidence, judgeFloor, judgeGain, judgeGuessing, judgeLoss, judgeNotWorse } from './rules.js';
import { scoreInterval } from './score-interval.js';
import { holm } from './statistics/holm.js';

/** Wholes come first, then the suites in their order. */
export function judgeSuites(
  suites: readonly PairedSuite[],
  policy: GatePolicy,
  seed: number,
  tries: Tries = onlyTry,
): ReportRow[] {
  const settings: RowSettings = { policy, seed, certainty: certaintyOf(policy, tries) };
  const sound = suites.filter(areFinite);
  const members = new Map(sound.map((suite) => [suite, compareSides(suite, settings)]));
  const decidesAlone = newHoldouts(sound).length === 1;
  const asWhole = limitsAsWhole(sound, policy);
  const alone = sound.map((suite) => {
    const limits = { ...(asWhole.get(suite) ?? limitsOf(suite, policy)), decidesAlone };
    return judgedSuite(suite, limits, members.get(suite)!, settings);
  });
  const wholes = groupsOf(sound, policy).map((whole) => judgedWhole(whole, members, settings));
  const all = [...wholes, ...compareMacro(sound, settings), ...alone];
  const rows = rowsOf(all, settings);
  const unsound = suites.filter((suite) => !areFinite(suite)).map((suite) => refusedRow(suite));
  return [...rows, ...unsound];
}

interface Sides {
  readonly toChampion: Comparison | undefined;
  readonly toAnchor: Comparison | undefined;
}

function compareSides(suite: PairedSuite, { seed, certainty }: RowSettings): Sides {
  const { name, champion } = suite;
  const answered = withAnchor(suite);
  const settings = (side: string) => ({ seed: [seed, side, name] });
  return {
    toChampion:
      champion === null
        ? undefined
        : compareSuite(suite, champion, { ...settings('champion'), confidences: certainty.bounds }),
    toAnchor:
      answered &&
      compareSuite(answered.suite, answered.before, { ...settings('anchor'), confidences: certainty.anchorBounds }),
  };
}

/** The cases that the anchor can answer; undefined if there are none. */
function withAnchor(suite: PairedSuite): ComparedSuite | undefined {
  const rows = [...suite.candidate.keys()].filter((row) => suite.anchor && suite.anchor[row] !== null);
  if (rows.length === 0) return undefined;
  const pick = <T>(values: readonly T[]) => rows.map((row) => values[row]!);
  const { candidate, gold, clusters, texts } = suite;
  const picked = {
    candidate: pick(candidate),
    gold: gold.length === 0 ? gold : pick(gold),
    clusters: clusters && pick(clusters),
    texts: texts && pick(texts),
  };
  return { suite: { ...suite, ...picked }, before: pick(suite.anchor!) as number[] };
}

function judgedSuite(suite: PairedSuite, limits: Limits, sides: Sides, settings: RowSettings): Judged {
  const { name, metric } = suite;
  return { name, scope: 'suite', metric, suites: [suite], limits, score: scoreOf(suite, settings), ...sides };
}

function judgedWhole(
  whole: Whole & { readonly limits: Limits },
  members: ReadonlyMap<PairedSuite, Sides>,
  settings: RowSettings,
): Judged {
  const { name, members: suites, weighing, limits } = whole;
  const compare = (side: keyof Sides) => compareAsOne(whole, side, members, settings);
  const metrics = [...new Set(suites.map(({ metric }) => metric))];
  const metric = metrics.length === 1 ? metrics[0]! : 'mean of metrics';
  const toChampion = compare('toChampion');
  const score =
    weighing === 'cases'
      ? scoreOf(pooled(name, suites), settings)
      : { value: toChampion!.after, lower: () => Number.NaN };
  return { name, scope: 'whole', metric, suites, limits, toChampion, toAnchor: compare('toAnchor'), score };
}

function compareAsOne(
  { members: suites, weighing }: Whole,
  side: keyof Sides,
  members: ReadonlyMap<PairedSuite, Sides>,
  { certainty }: RowSettings,
): Comparison | undefined {
  const known = suites.flatMap((suite) => {
    const comparison = members.get(suite)![side];
    const compared = side === 'toAnchor' ? withAnchor(suite) : { suite, before: suite.champion! };
    return comparison ? [{ comparison, compared: compared! }] : [];
  });
  if (known.length === 0) return undefined;
  const comparisons = known.map(({ comparison }) => comparison);
  const effect = designEffect(
    known.map(({ compared }) => compared),
    weightsOf(comparisons, weighing),
  );
  const confidences = side === 'toAnchor' ? certainty.anchorBounds : certainty.bounds;
  return compareWhole(comparisons, { weighing, confidences, effect });
}

/** Combines several suites into one for their own score, each case with equal weight. */
function pooled(name: string, suites: readonly PairedSuite[]): PairedSuite {
  const [first] = suites;
  const isClustered = suites.some(({ clusters }) => clusters !== null);
  const cases = suites.reduce((sum, { candidate }) => sum + candidate.length, 0);
  const clusterNames = (suite: PairedSuite) =>
    suite.candidate.map((_, index) => `${suite.name} ${suite.clusters?.[index] ?? index}`);
  return {
    ...first!,
    name,
    metric: suites.every(({ metric }) => metric === first!.metric) ? first!.metric : 'jaccard',
    chance: suites.reduce((sum, suite) => sum + suite.chance * suite.candidate.length, 0) / cases,
    candidate: suites.flatMap(({ candidate }) => candidate),
    gold: [],
    clusters: isClustered ? suites.flatMap(clusterNames) : null,
  };
}

function scoreOf(
  { metric, candidate: scores, gold, clusters, name }: PairedSuite,
  { certainty, seed }: RowSettings,
): OwnScore {
  const confidence = 2 * certainty.bounds.lower - 1;
  return {
    value: scores.length === 0 ? Number.NaN : metricValue(metricNamed(metric), scores, gold),
    lower: () =>
      scoreInterval({ metric: metricNamed(metric), scores, gold, clusters }, confidence, [seed, 'floor', name]).lower,
  };
}

interface PValues {
  readonly worse: number;
  readonly better: number;
  /** Number of comparisons that the p values are adjusted for, so that the luckiest of them does not count as shown. */
  readonly tests: number;
}

const nothingShown: PValues = { worse: 1, better: 1, tests: 1 };

/** Judges each suite or whole; p values are adjusted among all that could have lost something. */
export function rowsOf(all: readonly Judged[], settings: RowSettings): ReportRow[] {
  const canLose = ({ suites }: Judged) => suites.some(({ role }) => role !== 'new');
  const champion = adjust(all.map((judged) => (canLose(judged) ? judged.toChampion : undefined)));
  const anchor = adjust(all.map(({ toAnchor, limits }) => (limits.anchor === undefined ? undefined : toAnchor)));
  return all.map((judged, index) => {
    const own = canLose(judged) || !judged.toChampion ? champion[index]! : { ...judged.toChampion, tests: 1 };
    return rowOf(judged, { champion: own, anchor: anchor[index]! }, settings);
  });
}

/** Holm's adjustment over the comparisons that exist; the others get p = 1. */
export function adjust(comparisons: readonly (Comparison | undefined)[]): PValues[] {
  const [worse, better] = (['worse', 'better'] as const).map((side) =>
    holm(comparisons.flatMap((one) => (one ? [one[side]] : []))),
  );
  let place = 0;
  return comparisons.map((one) => {
    if (!one) return nothingShown;
    place++;
    return { worse: worse![place - 1]!, better: better![place - 1]!, tests: worse!.length };
  });
}

interface Adjusted {
  readonly champion: PValues;
  readonly anchor: PValues;
}

export function rowOf(judged: Judged, adjusted: Adjusted, settings: RowSettings): ReportRow {
  const { name, scope, metric, suites, toChampion, toAnchor, score } = judged;
  const sum = (count: (suite: PairedSuite) => number) => suites.reduce((total, suite) => total + count(suite), 0);
  return {
    ...{ suite: name, scope, metric, candidate: score.value },
    cases: sum((suite) => suite.candidate.length),
    leftOut: sum(({ leftOut }) => leftOut),
    champion: toChampion?.before ?? null,
    difference: toChampion?.difference ?? null,
    lower: toChampion?.lower ?? null,
    upper: toChampion?.upper ?? null,
    worse: toChampion ? adjusted.champion.worse : null,
    better: toChampion ? adjusted.champion.better : null,
    gained: toChampion?.flips?.gained ?? null,
    lost: toChampion?.flips?.lost ?? null,
    detectable: toChampion ? detectableLoss(toChampion, settings.certainty.bounds) : null,
    anchor: toAnchor?.before ?? null,
    uses: suites.reduce((most, { uses }) => Math.max(most, uses), 0),
    examines: suites.some(({ examines }) => examines !== 'encoder') ? 'answers' : 'encoder',
    findings: findingsOf(judged, adjusted, settings),
  };
}

function findingsOf(judged: Judged, adjusted: Adjusted, settings: RowSettings): Finding[] {
  const { suites, scope, limits, toChampion, toAnchor, score } = judged;
  const [suite] = suites;
  if (scope === 'suite' && suite!.role !== 'new' && suite!.candidate.length === 0) return [unanswered(suite!)];
  const { bounds, anchorBounds, alpha } = settings.certainty;
  const findings: Finding[] = [];
  if (limits.floor !== undefined) findings.push(judgeFloor(score.value, score.lower(), limits.floor));
  if (limits.chance !== undefined) appendAll(findings, guessingOf(judged, limits.chance, settings));
  const evidenceOf = (
    comparison: Comparison,
    { worse, tests }: PValues,
    confidences: Certainty['bounds'],
    level: number,
  ): Evidence => ({
    ...{ lower: comparison.lower, upper: comparison.upper, worse, alpha: level, confidence: confidences.lower },
    decision: (margin) => casesNeeded(comparison, { margin, confidences, shown: level / tests }),
  });
  if (toChampion) {
    const evidence = evidenceOf(toChampion, adjusted.champion, bounds, alpha);
    if (limits.margin !== undefined)
      findings.push(judgeLoss(limits.marginRule ?? 'not-inferior', evidence, limits.margin));
    if (limits.harm !== undefined) findings.push(judgeLoss('not-harmed', evidence, limits.harm));
    if (limits.watch && limits.harm === undefined) findings.push(judgeNotWorse(evidence));
    if (limits.gain !== undefined) findings.push(judgeGain(toChampion, limits.gain));
  }
  if (toAnchor && limits.anchor !== undefined)
    findings.push(judgeLoss('anchor', evidenceOf(toAnchor, adjusted.anchor, anchorBounds, alpha), limits.anchor));
  return findings;
}

/** Metrics of a head's answers: right or wrong, or the overlap of two sets of labels. */
const headMetrics: readonly string[] = [accuracy.name, jaccard.name];

/**
 * A suite of the embedding is not required to have a bound above guessing, since the head does not make its score. A
 * suite with few new cases is judged only together with all other new cases.
 */
function guessingOf({ suites, scope, score, limits }: Judged, chance: number, { certainty }: RowSettings): Finding[] {
  const cases = suites.reduce((sum, { candidate }) => sum + candidate.length, 0);
  const asksHead = suites.some(({ examines, metric }) => examines !== 'encoder' && headMetrics.includes(metric));
  const isEnough = asksHead && isEnoughToShow(cases, chance, certainty.bounds.lower);
  const isNew = suites[0]!.role === 'new';
  if (scope === 'suite' && isNew && !isEnough && !limits.decidesAlone) return [];
  return [judgeGuessing({ value: score.value, lower: score.lower(), chance, cases, isEnough, hasChampion: isNew })];
}

function unanswered({ leftOut }: PairedSuite): Finding {
  const reason = leftOut > 0 ? `the head knows none of its labels (${leftOut} cases left out)` : 'it has no cases';
  return { rule: 'answered', verdict: 'inconclusive', value: 0, limit: 1, reason, needed: null };
}

/** The row of a suite with a score that is not a number: it is not compared, and never passes. */
function refusedRow(suite: PairedSuite): ReportRow {
  const { name, metric, candidate, leftOut, uses, examines = 'answers' } = suite;
  const nothing = { champion: null, difference: null, lower: null, upper: null, worse: null, better: null };
  const uncounted = { gained: null, lost: null, detectable: null, anchor: null };
  const findings = [notNumbers(suite)];
  return {
    suite: name,
    scope: 'suite',
    metric,
    cases: candidate.length,
    leftOut,
    candidate: Number.NaN,
    ...nothing,
    ...uncounted,
    uses,
    examines,
    findings,
  };
}
