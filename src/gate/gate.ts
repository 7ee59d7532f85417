/**
 * The gate: rules over paired results.
 *
 * A suite passes where the candidate is shown to be not worse than the champion by more than the margin (non-inferiority: the lower
 * bound of the paired difference lies above minus the margin). It fails where the candidate is shown to be worse, or lies under its
 * floor. Otherwise the suite cannot tell. "Every suite passes" needs no correction for their number (an intersection-union test:
 * Berger & Hsu, Stat. Sci. 1996); "some suite is worse" does, and its confidence is raised by Bonferroni.
 */
import type { GatePolicy } from '../core/declaration.js';
import { summariseSuite } from '../evaluation/score-suite.js';
import type { Suite } from '../evaluation/suites.js';
import { type Bounds, type Confidences, differenceOfMeans, pairedBootstrapBounds, pairedProportionBounds } from './bounds.js';
import type { Finding, ReportRow } from './report.js';

/** The paired outcome of one suite. */
export interface PairedSuite {
  readonly name: string;
  readonly kind: Suite['kind'];
  readonly metric: string;
  /** A candidate under it is guessing. */
  readonly chance: number;
  /** Null: there is no champion. */
  readonly champion: readonly number[] | null;
  readonly candidate: readonly number[];
  /** What sts scores are held against, case by case; empty for the other kinds. */
  readonly gold: readonly number[];
  readonly role: SuiteRole;
}

/**
 * judged: must pass by itself. watched: one of many small parts of a judged whole; it cannot pass by itself, but may be shown worse.
 * shown: new to the champion, so that there is nothing to lose.
 */
export type SuiteRole = 'judged' | 'watched' | 'shown';

export function judgeSuites(suites: readonly PairedSuite[], policy: GatePolicy, seed: number): ReportRow[] {
  const compared = Math.max(1, suites.filter(({ role }) => role !== 'shown').length);
  const confidences = { lower: policy.confidence, upper: 1 - (1 - policy.confidence) / compared };
  return suites.map((suite) => judgeSuite(suite, policy, { confidences, seed }));
}

function judgeSuite(suite: PairedSuite, policy: GatePolicy, { confidences, seed }: { confidences: Confidences; seed: number }): ReportRow {
  const limits = limitsOf(suite.name, policy);
  const candidate = summariseSuite(suite, suite.candidate, suite.gold);
  const row = { suite: suite.name, metric: suite.metric, cases: suite.candidate.length, candidate };
  const findings: Finding[] = [];
  const floor = limits.floor ?? (suite.champion === null && suite.role === 'judged' ? suite.chance : undefined);
  if (floor !== undefined) findings.push(judgeFloor(candidate, floor, limits.floor === undefined));
  if (suite.champion === null) {
    return { ...row, champion: null, difference: null, lower: null, upper: null, gained: null, lost: null, findings };
  }
  const champion = summariseSuite(suite, suite.champion, suite.gold);
  const bounds = boundsOf(suite, suite.champion, { confidences, seed });
  if (suite.role === 'judged') findings.push(judgeNonInferiority(bounds, limits.margin ?? policy.margin, policy.confidence));
  if (suite.role === 'watched') findings.push(judgeNotWorse(bounds));
  const answered = suite.kind === 'classification' || suite.kind === 'probe';
  const flips = answered ? countFlips(suite.champion, suite.candidate) : { gained: null, lost: null };
  return { ...row, champion, difference: candidate - champion, ...bounds, ...flips, findings };
}

/** `domains` speaks for everything that is named after holdout/. */
function limitsOf(suite: string, policy: GatePolicy): { margin?: number | undefined; floor?: number | undefined } {
  return policy.suites[suite] ?? (suite.startsWith('holdout/') ? policy.domains : {});
}

function judgeFloor(value: number, limit: number, isChance: boolean): Finding {
  const name = isChance ? 'guessing' : 'its floor';
  const verdict = value >= limit ? 'pass' : 'fail';
  return {
    rule: 'floor',
    verdict,
    value,
    limit,
    reason: `${points(value)} is ${verdict === 'pass' ? 'not under' : 'under'} ${name}, ${points(limit)}`,
  };
}

function judgeNonInferiority({ lower, upper }: Bounds, margin: number, confidence: number): Finding {
  const finding = { rule: 'not-inferior', value: lower, limit: -margin } as const;
  const sure = `${Math.round(confidence * 1000) / 10} %`;
  if (lower >= -margin)
    return {
      ...finding,
      verdict: 'pass',
      reason: `with ${sure} confidence not worse by more than ${points(margin)}: at most ${points(-lower)} lost`,
    };
  if (upper < 0)
    return {
      ...finding,
      verdict: 'fail',
      reason: `shown worse: between ${points(-upper)} and ${points(-lower)} lost; the margin is ${points(margin)}`,
    };
  return {
    ...finding,
    verdict: 'inconclusive',
    reason: `cannot tell: up to ${points(-lower)} may be lost, the margin is ${points(margin)}; more cases would decide`,
  };
}

function judgeNotWorse({ lower, upper }: Bounds): Finding {
  const finding = { rule: 'not-worse', value: upper, limit: 0 } as const;
  if (upper < 0) return { ...finding, verdict: 'fail', reason: `shown worse: between ${points(-upper)} and ${points(-lower)} lost` };
  return { ...finding, verdict: 'pass', reason: 'not shown worse' };
}

function boundsOf(
  suite: PairedSuite,
  champion: readonly number[],
  { confidences, seed }: { confidences: Confidences; seed: number },
): Bounds {
  if (suite.kind === 'classification' || suite.kind === 'probe') return pairedProportionBounds(champion, suite.candidate, confidences);
  const metric = (scores: readonly number[], rows: Int32Array) =>
    summariseSuite(
      suite,
      Array.from(rows, (row) => scores[row]!),
      suite.kind === 'sts' ? Array.from(rows, (row) => suite.gold[row]!) : [],
    );
  const difference =
    suite.kind === 'sts'
      ? (rows: Int32Array) => metric(suite.candidate, rows) - metric(champion, rows)
      : differenceOfMeans(champion, suite.candidate);
  return pairedBootstrapBounds(champion.length, difference, { confidences, seed: [seed, 'bootstrap', suite.name] });
}

function countFlips(champion: readonly number[], candidate: readonly number[]): { gained: number; lost: number } {
  return {
    gained: candidate.filter((score, index) => score > champion[index]!).length,
    lost: candidate.filter((score, index) => score < champion[index]!).length,
  };
}

/** 0.031 -> "3.1 points" */
export function points(share: number): string {
  return `${(share * 100).toFixed(1)} points`;
}
