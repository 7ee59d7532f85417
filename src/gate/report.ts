/**
 * A report: champion and candidate on every suite, side by side, and what the gate says of each. Plain data; it is
 * stored as JSON.
 */
import type { Domain } from '../declaration/tasks.js';
import type { ContinualMetrics } from '../evaluation/continual.js';
import type { Verdict } from '../store/candidates.js';
import type { Examined } from './paired.js';
import type { ReliabilityBin } from './statistics/calibration.js';
import type { RiskAtCoverage } from './statistics/selective.js';
import type { UnknownReport } from './unknown.js';

/** It is raised where the same stored results would give another report. */
export const rulesVersion = 3;

export interface Report {
  /** Version of the gate's rules that made it; absent in reports of the first. */
  readonly rulesVersion?: number;
  readonly verdict: Verdict;
  /** Whether it can be approved without an override; absent in reports of older rules, of which a pass can. */
  readonly mayApprove?: boolean;
  /** One sentence: unambiguously improved, or not, and why. */
  readonly sentence: string;
  /** Suites, and several suites as one. */
  readonly rows: readonly ReportRow[];
  /** The held-out examples of what the champion knows, cut by what policy and data name. */
  readonly slices: readonly SliceRow[];
  /** Null where no answer has a probability. */
  readonly calibration: CalibrationReport | null;
  /** Each task whose labels exclude each other, on its held-out examples; empty in older reports. */
  readonly tasks: readonly TaskReport[];
  /** Null where no label is new to the champion, and in older reports. */
  readonly newLabels: NewLabelCost | null;
  /** What concerns no one suite: budgets, classes and suites that are gone. */
  readonly findings: readonly Finding[];
  /** What nobody judges but everybody should know, such as a suite that has decided often. */
  readonly notes: readonly string[];
  /** Suites of the encoder that nothing in this update can change. */
  readonly unchanged: readonly UnchangedSuite[];
  /** By task: from which confidence on an answer is given. */
  readonly unknown: readonly UnknownReport[];
  /** By domain, in the order they were learned. */
  readonly domains: readonly DomainChange[];
  readonly continual: ContinualMetrics;
}

export interface ReportRow {
  readonly suite: string;
  /** whole: several suites judged as one. */
  readonly scope: 'suite' | 'whole' | 'slice';
  readonly metric: string;
  readonly cases: number;
  /** Cases that were not asked, since no contender knows their label. */
  readonly leftOut: number;
  /** Null: no champion to compare with. */
  readonly champion: number | null;
  readonly candidate: number;
  /** Candidate minus champion, with its one-sided bounds. */
  readonly difference: number | null;
  readonly lower: number | null;
  readonly upper: number | null;
  /** p values of "it is no worse" and "it is no better", adjusted for the number of rows compared (Holm). */
  readonly worse: number | null;
  readonly better: number | null;
  /** Cases that went from wrong to right and from right to wrong; null where answers are not right or wrong. */
  readonly gained: number | null;
  readonly lost: number | null;
  /** The smallest loss that so many cases, flipping as they do, usually exclude for a candidate that is no worse. */
  readonly detectable: number | null;
  /** Score of the anchor on the cases that it could answer; null: not compared. */
  readonly anchor: number | null;
  /** How many earlier contenders were judged by the same cases: the mean over the cases, rounded up. */
  readonly uses: number;
  /** Whether the head's answers were scored or the embedding; absent in older reports. */
  readonly examines?: Examined;
  readonly findings: readonly Finding[];
}

/**
 * What a candidate does on a task, label by label, beside always giving the label that is commonest among what was
 * learned.
 */
export interface TaskReport {
  readonly task: string;
  readonly majority: string;
  readonly cases: number;
  /** How many it has learned. */
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
  /** Labels that are not always right, the worst first; three at most. */
  readonly worst: readonly LabelRecall[];
  /** Labels that were learned and of which no example is held out. */
  readonly unheld: readonly string[];
  readonly findings: readonly Finding[];
}

/** Of held-out examples that the champion had right and the candidate has wrong, in an update that brings labels. */
export interface NewLabelCost {
  /** How many labels are new to the champion. */
  readonly labels: number;
  /** Answers that went to labels that are new: competition. */
  readonly toNew: number;
  /** Answers that went to other labels that the champion knows: forgetting. */
  readonly toOld: number;
  /** An old and a new label that are taken for each other, either way; the most confused first, three at most. */
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

/** What one rule says. */
export interface Finding {
  readonly rule: Rule;
  readonly verdict: Verdict;
  /** What is held against the limit: a bound where there is one. */
  readonly value: number;
  readonly limit: number;
  readonly reason: string;
  /** Cases that would decide it; null: it is decided, or no number would. */
  readonly needed: number | null;
  /** What so many cases would usually show; absent where `needed` is null or says only when a rule can be asked. */
  readonly falls?: 'not-inferior' | 'worse';
}

/** It lost, passes since nobody can show that it is worse, and no line asks it for more. */
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
  /** On what it knows; null: there is no champion, or it knew nothing. */
  readonly champion: CalibrationSide | null;
  /**
   * Brier score of the champion minus the candidate's on what the champion knows, with one-sided bounds: below 0 it got
   * worse.
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
  /** Of the answer given: mean squared gap between confidence and outcome. */
  readonly brier: number;
  /** Area under the risk-coverage curve: mean share of wrong answers when only the surest are given. */
  readonly riskCoverageArea: number;
  readonly bins: readonly ReliabilityBin[];
  /** At 100 steps of coverage or fewer. */
  readonly riskCoverage: readonly RiskAtCoverage[];
}

/**
 * Equal by construction: neither head changes the embedding, and the encoder is the same. It is no evidence of
 * anything.
 */
export interface UnchangedSuite {
  readonly suite: string;
  readonly version: number;
  readonly metric: string;
  /** Of the encoder, where somebody has measured it; null: nobody has. */
  readonly score: number | null;
}

export interface DomainChange {
  /** As it is shown: with its task where the adapter has several. */
  readonly domain: string;
  readonly learned: Domain;
  readonly cases: number;
  readonly champion: number | null;
  readonly candidate: number;
}

/** The worst of its findings. */
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

/** A finding that is no pass, and what it is about. */
export interface Concern {
  readonly name: string;
  readonly finding: Finding;
}

/** What failed first. */
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
