/**
 * A report: champion and candidate on every suite, side by side, with the findings of the gate. It is plain data,
 * stored as JSON.
 */
import type { Domain } from '../declaration/tasks.js';
import type { ContinualMetrics } from '../evaluation/continual.js';
import type { Verdict } from '../store/candidates.js';
import type { Examined } from './paired.js';
import type { ReliabilityBin } from './statistics/calibration.js';
import type { RiskAtCoverage } from './statistics/selective.js';
import type { UnknownReport } from './unknown.js';

/** It is raised whenever the same stored results would give a different report. */
export const rulesVersion = 3;

export interface Report {
  /** Version of the gate's rules that made the report; absent in reports of the first version. */
  readonly rulesVersion?: number;
  readonly verdict: Verdict;
  /** Whether it can be approved without an override; absent in reports of older rules, where only a pass can. */
  readonly mayApprove?: boolean;
  /** One sentence: whether the candidate is unambiguously improved, and why. */
  readonly sentence: string;
  /** Suites, and wholes of several suites judged as one. */
  readonly rows: readonly ReportRow[];
  /** Held-out examples that the champion knows, cut by the tags that the policy and the data name. */
  readonly slices: readonly SliceRow[];
  /** Null if no answer has a probability. */
  readonly calibration: CalibrationReport | null;
  /** Each single-label task, on its held-out examples; empty in older reports. */
  readonly tasks: readonly TaskReport[];
  /** Null if no label is new to the champion, and in older reports. */
  readonly newLabels: NewLabelCost | null;
  /** Findings that concern no single suite: budgets, missing classes and missing suites. */
  readonly findings: readonly Finding[];
  /** Remarks that do not affect the verdict, such as a suite that has decided often. */
  readonly notes: readonly string[];
  /** Encoder suites that nothing in this update can change. */
  readonly unchanged: readonly UnchangedSuite[];
  /** For each task: the confidence below which an answer is refused. */
  readonly unknown: readonly UnknownReport[];
  /** One entry for each domain, in the order they were learned. */
  readonly domains: readonly DomainChange[];
  readonly continual: ContinualMetrics;
}

export interface ReportRow {
  readonly suite: string;
  /** whole: several suites judged as one. */
  readonly scope: 'suite' | 'whole' | 'slice';
  readonly metric: string;
  readonly cases: number;
  /** Number of cases skipped because no contender knows their label. */
  readonly leftOut: number;
  /** Null without a champion. */
  readonly champion: number | null;
  readonly candidate: number;
  /** Candidate minus champion, with its one-sided bounds. */
  readonly difference: number | null;
  readonly lower: number | null;
  readonly upper: number | null;
  /** p values of "it is no worse" and "it is no better", adjusted for the number of rows compared (Holm). */
  readonly worse: number | null;
  readonly better: number | null;
  /** Number of cases that went from wrong to right and from right to wrong; null if answers are not right or wrong. */
  readonly gained: number | null;
  readonly lost: number | null;
  /**
   * The smallest loss that this number of cases, flipping as they do, usually excludes for a candidate that is no
   * worse.
   */
  readonly detectable: number | null;
  /** Score of the anchor on the cases that it could answer; null if not compared. */
  readonly anchor: number | null;
  /** Number of earlier contenders judged by the same cases: the mean over the cases, rounded up. */
  readonly uses: number;
  /** Whether the head's answers were scored or the embedding; absent in older reports. */
  readonly examines?: Examined;
  readonly findings: readonly Finding[];
}

/** Accuracy of the candidate on a task, label by label, compared with always giving the commonest learned label. */
export interface TaskReport {
  readonly task: string;
  readonly majority: string;
  readonly cases: number;
  /** Number of labels learned. */
  readonly labels: number;
  /** Accuracy of always giving the commonest label. */
  readonly baseline: number;
  readonly candidate: number;
  /** Candidate minus baseline, with its one-sided bounds. */
  readonly difference: number;
  readonly lower: number;
  readonly upper: number;
  /** Mean recall of the labels that have a held-out case. */
  readonly macro: number;
  /** Labels that are not always right, lowest recall first; at most three. */
  readonly worst: readonly LabelRecall[];
  /** Learned labels without a held-out example. */
  readonly unheld: readonly string[];
  readonly findings: readonly Finding[];
}

/** Held-out examples that the champion answered right and the candidate wrong, in an update with new labels. */
export interface NewLabelCost {
  /** Number of labels that are new to the champion. */
  readonly labels: number;
  /** Answers lost to new labels: competition. */
  readonly toNew: number;
  /** Answers lost to other labels that the champion knows: forgetting. */
  readonly toOld: number;
  /** Pairs of an old and a new label that are confused, in either direction; the most confused first, at most three. */
  readonly pairs: readonly ConfusedPair[];
}

export interface ConfusedPair {
  readonly older: string;
  readonly newer: string;
  readonly cases: number;
  /** One of the cases, and its true label. */
  readonly caseId: string;
  readonly expected: string;
}

export interface LabelRecall {
  readonly label: string;
  readonly right: number;
  readonly cases: number;
}

export interface SliceRow extends ReportRow {
  readonly by: string;
  readonly value: string;
}

export const rules = [
  'floor',
  'guessing',
  'not-inferior',
  'not-harmed',
  'not-worse',
  'gain',
  'anchor',
  'macro',
  'calibration',
  'calibration-error',
  'scope-confidence',
  'budget',
  'answered',
  'evidence',
  'suite-kept',
  'classes-kept',
  'labels-answered',
  'majority',
] as const;
export type Rule = (typeof rules)[number];

/** The result of one rule. */
export interface Finding {
  readonly rule: Rule;
  readonly verdict: Verdict;
  /** The value compared with the limit: a bound if there is one. */
  readonly value: number;
  readonly limit: number;
  readonly reason: string;
  /** Number of cases that would decide it; null if it is decided or no number would. */
  readonly needed: number | null;
  /**
   * The result that this number of cases would usually show; absent where `needed` is null, or is only the number from
   * which a rule applies.
   */
  readonly falls?: 'not-inferior' | 'worse';
}

/** Whether the row lost, but passes because it is not shown worse and no rule requires more. */
export function isOpenLoss({ difference, findings }: Pick<ReportRow, 'difference' | 'findings'>): boolean {
  const asksMore = findings.some(({ rule }) => rule === 'not-inferior' || rule === 'not-harmed' || rule === 'macro');
  return (
    verdictOf(findings) === 'pass' &&
    (difference ?? 0) < 0 &&
    !asksMore &&
    findings.some(({ rule }) => rule === 'not-worse')
  );
}

export interface CalibrationReport {
  readonly candidate: CalibrationSide;
  /** The champion's calibration on the cases it knows; null without a champion, or if it knew none. */
  readonly champion: CalibrationSide | null;
  /**
   * Brier score of the champion minus the candidate's on cases that the champion knows, with one-sided bounds: below 0
   * it got worse.
   */
  readonly difference: {
    readonly cases: number;
    readonly value: number;
    readonly lower: number;
    readonly upper: number;
  } | null;
  readonly findings: readonly Finding[];
}

export interface CalibrationSide {
  readonly cases: number;
  /** Expected calibration error, over 15 equal bins. */
  readonly error: number;
  /** Mean squared gap between the confidence of the given answer and the outcome. */
  readonly brier: number;
  /** Area under the risk-coverage curve: mean share of wrong answers when only the most confident are given. */
  readonly riskCoverageArea: number;
  readonly bins: readonly ReliabilityBin[];
  /** At most 100 steps of coverage. */
  readonly riskCoverage: readonly RiskAtCoverage[];
}

/**
 * A suite whose score is equal by construction: neither head changes the embedding, and the encoder is the same. It is
 * no evidence.
 */
export interface UnchangedSuite {
  readonly suite: string;
  readonly version: number;
  readonly metric: string;
  /** Score of the encoder; null if it has not been measured. */
  readonly score: number | null;
}

export interface DomainChange {
  /** Display name of the domain: with its task if the adapter has several. */
  readonly domain: string;
  readonly learned: Domain;
  readonly cases: number;
  readonly champion: number | null;
  readonly candidate: number;
}

/** The worst verdict of the findings. */
export function verdictOf(findings: readonly Pick<Finding, 'verdict'>[]): Verdict {
  if (findings.some(({ verdict }) => verdict === 'fail')) return 'fail';
  return findings.some(({ verdict }) => verdict === 'inconclusive') ? 'inconclusive' : 'pass';
}

export function allFindings({
  rows,
  slices,
  calibration,
  tasks,
  findings,
}: Pick<Report, 'rows' | 'slices' | 'calibration' | 'tasks' | 'findings'>): Finding[] {
  return [...rows, ...slices, ...tasks].flatMap((row) => row.findings).concat(calibration?.findings ?? [], findings);
}

/** A finding that is not a pass, and its subject. */
export interface Concern {
  readonly name: string;
  readonly finding: Finding;
}

/** Failed findings first. */
export function concernsOf({ rows, slices, calibration, tasks, findings }: Report): Concern[] {
  const all = [
    ...rows.flatMap((row) => row.findings.map((finding) => ({ name: row.suite, finding }))),
    ...slices.flatMap((slice) => slice.findings.map((finding) => ({ name: `${slice.by} ${slice.value}`, finding }))),
    ...(calibration?.findings ?? []).map((finding) => ({ name: 'confidence', finding })),
    ...tasks.flatMap((task) => task.findings.map((finding) => ({ name: `task ${task.task}`, finding }))),
    ...findings.map((finding) => ({ name: 'the version', finding })),
  ];
  return (['fail', 'inconclusive'] as const).flatMap((verdict) =>
    all.filter(({ finding }) => finding.verdict === verdict),
  );
}
