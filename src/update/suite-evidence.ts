/**
 * Converts the stored results of one suite and one contender to the form that the gate and the report read. Results are
 * read suite by suite, and only this form stays in memory: columns of numbers and, for held-out examples, the tags that
 * define slices.
 */
import { groupBy } from '../core/grouping.js';
import { multiLabelNames } from '../declaration/tasks.js';
import type { DomainHistory } from '../evaluation/continual.js';
import { mean } from '../evaluation/metrics.js';
import type { TaskCase } from '../gate/majority.js';
import type { PairedSuite } from '../gate/paired.js';
import type { DomainChange, UnchangedSuite } from '../gate/report.js';
import type { AnsweredCase } from '../gate/slices.js';
import type { JudgedSuite } from '../store/eval-suites.js';
import type { LineageScore } from '../store/past-results.js';
import type { PairedResult } from '../store/results.js';
import { holdoutPrefix } from './asked-suite.js';
import type { Evaluated, Plan } from './context.js';
import { noteLabelSets } from './label-set-note.js';
import { type AnsweredLabels, answeredLabels, answersOf, type Measured, pairedSuites } from './measured.js';

export interface SuiteEvidence {
  readonly suite: JudgedSuite;
  /** Set if no contender could change the suite, so that nothing was scored; then all other fields are empty. */
  readonly unchanged: UnchangedSuite | undefined;
  readonly paired: readonly PairedSuite[];
  readonly answers: readonly AnsweredCase[];
  /** The labels that both sides gave to held-out examples. */
  readonly labels: AnsweredLabels | undefined;
  /** Held-out examples of a single-label task. */
  readonly taskCases: readonly TaskCase[];
  /** Held-out examples that the candidate answered wrongly. */
  readonly wrong: Measured | undefined;
  /** Probabilities of the candidate's answers to held-out texts, and to texts that are out of scope. */
  readonly inScope: readonly number[];
  readonly outOfScope: readonly number[];
  readonly notes: readonly string[];
  readonly domains: readonly DomainChange[];
  readonly histories: readonly DomainHistory[];
}

export interface EvidenceSources {
  readonly plan: Plan;
  readonly evaluated: Evaluated;
  /** How many earlier contenders were judged by the suite's cases. */
  readonly uses: number;
  /** For a holdout: the scores of the champion and its ancestors, the oldest first. */
  readonly history: readonly LineageScore[];
}

export function evidenceOf(measured: Measured, { plan, evaluated, uses, history }: EvidenceSources): SuiteEvidence {
  const { suite, results } = measured;
  if (isUnchanged(measured, evaluated)) return { ...nothing, suite, unchanged: unchangedSuite(suite, evaluated) };
  const isHoldout = suite.domain !== null;
  const isOneLabel = isHoldout && !multiLabelNames(plan.declaration.tasks).has(suite.task);
  return {
    suite,
    unchanged: undefined,
    paired: pairedSuites(measured, plan, uses),
    answers: answersOf(measured, plan),
    labels: isOneLabel && plan.parentVersion !== null ? answeredLabels(measured, plan) : undefined,
    taskCases: isOneLabel ? results.map((result) => taskCase(suite, result)) : [],
    wrong: isHoldout ? { suite, results: results.filter(({ candidateScore }) => candidateScore !== 1) } : undefined,
    inScope: isHoldout ? confidencesOf(results) : [],
    outOfScope: confidencesOf(results.filter(({ tags }) => tags.scope === 'out')),
    notes: noteLabelSets(suite, results),
    domains: domainChange(measured, plan),
    histories: domainHistory(measured, history),
  };
}

const nothing = {
  ...{ paired: [], answers: [], labels: undefined, taskCases: [], wrong: undefined, inScope: [], outOfScope: [] },
  ...{ notes: [], domains: [], histories: [] },
};

/** Whether no contender could change the suite, so that nothing was scored. */
function isUnchanged({ suite, results }: Measured, { encoderScores }: Evaluated): boolean {
  return results.length === 0 && suite.examines === 'encoder' && Object.hasOwn(encoderScores, suite.suite);
}

function unchangedSuite({ suite, version, metric }: JudgedSuite, { encoderScores }: Evaluated): UnchangedSuite {
  return { suite, version, metric, score: encoderScores[suite]! };
}

function taskCase({ suite }: JudgedSuite, { tags, cluster, candidateScore }: PairedResult): TaskCase {
  return { suite, label: tags.label!, cluster: cluster ?? null, score: candidateScore };
}

const confidencesOf = (results: readonly PairedResult[]) =>
  results.flatMap(({ candidateConfidence }) => candidateConfidence ?? []);

function domainChange({ suite: { suite, task, domain }, results }: Measured, { parentVersion }: Plan): DomainChange[] {
  if (domain === null) return [];
  const shown = suite.slice(holdoutPrefix.length);
  const champion = parentVersion === null ? null : mean(results.map(({ championScore }) => championScore ?? 0));
  const candidate = mean(results.map(({ candidateScore }) => candidateScore));
  return [{ domain: shown, learned: { task, domain }, cases: results.length, champion, candidate }];
}

/** Compares each earlier version with the candidate, on the cases that both have answered. */
function domainHistory({ suite, results }: Measured, history: readonly LineageScore[]): DomainHistory[] {
  if (suite.domain === null) return [];
  const ours = new Map(results.map(({ caseId, candidateScore }) => [caseId, candidateScore]));
  const byVersion = groupBy(
    history.filter(({ caseId }) => ours.has(caseId)),
    ({ version }) => version,
  );
  const earlier = [...byVersion.values()].map((scores) => ({
    before: mean(scores.map(({ score }) => score)),
    after: mean(scores.map(({ caseId }) => ours.get(caseId)!)),
  }));
  return [{ now: mean([...ours.values()]), earlier }];
}
