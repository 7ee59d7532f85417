/**
 * The gate: the rules of a policy over paired results.
 *
 * Each suite, and each group of suites as one, must be shown not inferior to the champion by more than its margin. What is shown worse
 * beyond it fails; what is neither is inconclusive. Members of a group are too small to pass by themselves: each must not be shown worse,
 * or, where the group says so, must exclude a loss of `harm`. p values are adjusted for the number of comparisons (Holm).
 */
import type { GatePolicy } from '../core/gate-policy.js';
import { metricNamed, metricValue } from '../evaluation/metrics.js';
import { judgeCalibration } from './calibration.js';
import { type Comparison, casesNeeded, compareSuite, compareWhole, confidencesOf, detectableLoss } from './compare.js';
import { groupsOf, type Limits, limitsOf } from './limits.js';
import type { PairedSuite } from './paired.js';
import type { Finding, Report, ReportRow, SliceRow } from './report.js';
import { type Evidence, judgeBudget, judgeFloor, judgeGain, judgeGuessing, judgeLoss, judgeNotWorse } from './rules.js';
import { scoreInterval } from './score-interval.js';
import { type AnsweredCase, cutSlices } from './slices.js';
import { holm } from './statistics/holm.js';

/** All that a verdict rests on. */
export interface Evaluation {
  readonly suites: readonly PairedSuite[];
  readonly answers: readonly AnsweredCase[];
  readonly cost: { readonly bytes: number; readonly milliseconds: number | null };
  /** What the champion can tell apart and the candidate cannot. */
  readonly lostClasses: readonly string[];
  /** Suites that judged the champion and are not asked now. */
  readonly missing: readonly string[];
}

export type Judgement = Pick<Report, 'rows' | 'slices' | 'calibration' | 'findings' | 'notes'>;

export function judge(evaluation: Evaluation, policy: GatePolicy, seed: number): Judgement {
  return {
    rows: judgeSuites(evaluation.suites, policy, seed),
    slices: judgeSlices(evaluation.answers, policy, seed),
    calibration: judgeCalibration(evaluation.answers, policy, seed),
    findings: judgeWhatRemains(evaluation, policy),
    notes: noteWear(evaluation.suites, policy),
  };
}

/** A suite or a whole, compared with the champion and judged by one set of limits. */
interface Judged {
  readonly name: string;
  readonly scope: 'suite' | 'whole';
  readonly metric: string;
  readonly suites: readonly PairedSuite[];
  readonly limits: Limits;
  readonly toChampion: Comparison | undefined;
  readonly toAnchor: Comparison | undefined;
}

/** Wholes first, then the suites in their order. */
export function judgeSuites(suites: readonly PairedSuite[], policy: GatePolicy, seed: number): ReportRow[] {
  const confidences = confidencesOf(policy);
  const alone = suites.map((suite): Judged => {
    const { name, metric, champion } = suite;
    const settings = (side: string) => ({ confidences, seed: [seed, side, name] });
    const answered = withAnchor(suite);
    const sides = {
      toChampion: champion === null ? undefined : compareSuite(suite, champion, settings('champion')),
      toAnchor: answered && compareSuite(answered.suite, answered.anchor, settings('anchor')),
    };
    return { name, scope: 'suite', metric, suites: [suite], limits: limitsOf(suite, policy), ...sides };
  });
  const wholes = groupsOf(suites, policy).map(({ name, members, weighing, limits }): Judged => {
    const own = alone.filter((judged) => members.includes(judged.suites[0]!));
    const compare = (side: 'toChampion' | 'toAnchor') => {
      const known = own.flatMap((judged) => judged[side] ?? []);
      return known.length === 0 ? undefined : compareWhole(known, weighing, confidences);
    };
    const metrics = [...new Set(members.map(({ metric }) => metric))];
    const sides = { toChampion: compare('toChampion'), toAnchor: compare('toAnchor') };
    return { name, scope: 'whole', metric: metrics.length === 1 ? metrics[0]! : 'mean of metrics', suites: members, limits, ...sides };
  });
  const all = [...wholes, ...alone];
  const [byChampion, byAnchor] = [adjust(all.map(({ toChampion }) => toChampion)), adjust(all.map(({ toAnchor }) => toAnchor))];
  return all.map((judged, index) => rowOf(judged, { champion: byChampion[index]!, anchor: byAnchor[index]! }, policy, seed));
}

/** The cases that the anchor can answer; undefined: none. */
function withAnchor(suite: PairedSuite): { suite: PairedSuite; anchor: readonly number[] } | undefined {
  const rows = [...suite.candidate.keys()].filter((row) => suite.anchor && suite.anchor[row] !== null);
  if (rows.length === 0) return undefined;
  const pick = <T>(values: readonly T[]) => rows.map((row) => values[row]!);
  const { candidate, gold, clusters } = suite;
  const picked = { candidate: pick(candidate), gold: gold.length === 0 ? gold : pick(gold), clusters: clusters && pick(clusters) };
  return { suite: { ...suite, ...picked }, anchor: pick(suite.anchor!) as number[] };
}

interface PValues {
  readonly worse: number;
  readonly better: number;
}

/** Holm over those that are compared; what is not has 1. */
function adjust(comparisons: readonly (Comparison | undefined)[]): PValues[] {
  const [worse, better] = (['worse', 'better'] as const).map((side) => holm(comparisons.flatMap((one) => (one ? [one[side]] : []))));
  let place = 0;
  return comparisons.map((one) => {
    if (!one) return { worse: 1, better: 1 };
    place++;
    return { worse: worse![place - 1]!, better: better![place - 1]! };
  });
}

function rowOf(judged: Judged, adjusted: { champion: PValues; anchor: PValues }, policy: GatePolicy, seed: number): ReportRow {
  const { name, scope, metric, suites, toChampion, toAnchor } = judged;
  const candidate = ownScore(judged);
  const confidences = confidencesOf(policy);
  const sum = (count: (suite: PairedSuite) => number) => suites.reduce((total, suite) => total + count(suite), 0);
  return {
    ...{ suite: name, scope, metric, candidate },
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
    detectable: toChampion ? detectableLoss(toChampion, confidences) : null,
    anchor: toAnchor?.before ?? null,
    uses: Math.max(...suites.map(({ uses }) => uses)),
    findings: findingsOf(judged, { candidate, adjusted, seed }, policy),
  };
}

/** The candidate's own score; NaN of no cases. */
function ownScore({ scope, suites, toChampion }: Judged): number {
  if (scope === 'whole') return toChampion!.after;
  const { metric, candidate, gold } = suites[0]!;
  return candidate.length === 0 ? Number.NaN : metricValue(metricNamed(metric), candidate, gold);
}

/** A one-sided lower bound of it, for a floor: another bootstrap for what has no formula. */
function ownLowerBound({ metric, candidate: scores, gold, clusters, name }: PairedSuite, confidence: number, seed: number): number {
  return scoreInterval({ metric: metricNamed(metric), scores, gold, clusters }, 2 * confidence - 1, [seed, 'floor', name]).lower;
}

interface Numbers {
  readonly candidate: number;
  readonly seed: number;
  readonly adjusted: { readonly champion: PValues; readonly anchor: PValues };
}

function findingsOf(
  { suites, scope, limits, toChampion, toAnchor }: Judged,
  { candidate, seed, adjusted }: Numbers,
  policy: GatePolicy,
): Finding[] {
  const findings: Finding[] = [];
  const [suite] = suites;
  if (scope === 'suite' && suite!.role !== 'new' && suite!.candidate.length === 0) return [unanswered(suite!)];
  if (limits.floor !== undefined) findings.push(judgeFloor(candidate, ownLowerBound(suite!, policy.confidence, seed), limits.floor));
  if (limits.chance !== undefined) findings.push(judgeGuessing(candidate, limits.chance));
  const confidences = confidencesOf(policy);
  const evidenceOf = (comparison: Comparison, { worse }: PValues): Evidence => ({
    ...{ lower: comparison.lower, upper: comparison.upper, worse, alpha: 1 - policy.confidence },
    needed: (margin) => casesNeeded(comparison, margin, confidences),
  });
  if (toChampion) {
    const evidence = evidenceOf(toChampion, adjusted.champion);
    if (limits.margin !== undefined) findings.push(judgeLoss('not-inferior', evidence, limits.margin));
    if (limits.harm !== undefined) findings.push(judgeLoss('not-harmed', evidence, limits.harm));
    if (limits.watch && limits.harm === undefined) findings.push(judgeNotWorse(evidence));
    if (limits.gain !== undefined) findings.push(judgeGain(toChampion, limits.gain));
  }
  if (toAnchor && limits.anchor !== undefined) findings.push(judgeLoss('anchor', evidenceOf(toAnchor, adjusted.anchor), limits.anchor));
  return findings;
}

function unanswered({ leftOut }: PairedSuite): Finding {
  const reason = leftOut > 0 ? `the head knows none of its labels (${leftOut} cases left out)` : 'it has no cases';
  return { rule: 'answered', verdict: 'inconclusive', value: 0, limit: 1, reason, needed: null };
}

/** Slices are many and small: a margin must be met by each, and the p values of those that are judged are adjusted among themselves. */
function judgeSlices(answers: readonly AnsweredCase[], policy: GatePolicy, seed: number): SliceRow[] {
  const confidences = confidencesOf(policy);
  const slices = cutSlices(answers, policy.slices);
  const judged = slices.map(({ paired, policy: own }): Judged => {
    const isJudged = own !== undefined && paired.candidate.length >= own.atLeast;
    const limits = isJudged ? { floor: own.floor, margin: own.margin, watch: own.margin === undefined } : {};
    const compared =
      paired.champion === null ? undefined : compareSuite(paired, paired.champion, { confidences, seed: [seed, 'slice', paired.name] });
    return {
      name: paired.name,
      scope: 'suite',
      metric: paired.metric,
      suites: [paired],
      limits,
      toChampion: compared,
      toAnchor: undefined,
    };
  });
  const isJudged = ({ limits }: Judged) => limits.margin !== undefined || limits.watch === true;
  const adjusted = adjust(judged.map((one) => (isJudged(one) ? one.toChampion : undefined)));
  const none = { worse: 1, better: 1 };
  return judged.map((one, index) => {
    const row = rowOf(one, { champion: adjusted[index]!, anchor: none }, policy, seed);
    return { ...row, scope: 'slice', by: slices[index]!.by, value: slices[index]!.value };
  });
}

function judgeWhatRemains({ cost, lostClasses, missing }: Evaluation, { budgets, retired }: GatePolicy): Finding[] {
  const findings: Finding[] = [];
  if (budgets?.bytes !== undefined) findings.push(judgeBudget('bytes of adapter.onnx', cost.bytes, budgets.bytes));
  if (budgets?.milliseconds !== undefined && cost.milliseconds !== null)
    findings.push(judgeBudget('milliseconds to an answer', cost.milliseconds, budgets.milliseconds));
  if (lostClasses.length > 0) {
    const reason = `the champion knows ${lostClasses.length} classes that the candidate does not: ${lostClasses.join(', ')}`;
    findings.push({ rule: 'classes-kept', verdict: 'fail', value: lostClasses.length, limit: 0, reason, needed: null });
  }
  for (const suite of missing.filter((name) => !retired.includes(name))) {
    const reason = `${suite} judged the champion and is not asked any more; declare it again, or name it under gate.retired`;
    findings.push({ rule: 'suite-kept', verdict: 'inconclusive', value: 0, limit: 1, reason, needed: null });
  }
  return findings;
}

/** Each decision tells a little of the cases that made it: used often enough, a holdout is training data (Dwork et al., Science 2015). */
function noteWear(suites: readonly PairedSuite[], { reuse }: GatePolicy): string[] {
  return suites
    .filter(({ uses }) => uses >= reuse)
    .map(
      ({ name, uses }) =>
        `${name} has decided ${uses} updates on the same cases (gate.reuse: ${reuse}): bring fresh cases, and raise its version.`,
    );
}
