/** The gate: applies the rules of a policy to paired results. */
import type { GatePolicy } from '../declaration/gate-policy.js';
import { judgeCalibration } from './calibration.js';
import { certaintyOf, onlyTry } from './certainty.js';
import { type HoldoutSize, requireEvidence } from './evidence.js';
import { isCountable } from './finite.js';
import { compareWithMajority, type TaskAnswers } from './majority.js';
import { noteOverlap, noteOverusedSuites } from './notes.js';
import type { PairedSuite } from './paired.js';
import { type Finding, type Report, rulesVersion } from './report.js';
import { judgeSuites } from './rows.js';
import { judgeBudget } from './rules.js';
import { judgeSlices } from './slice-rows.js';
import type { AnsweredCase } from './slices.js';

export { judgeSuites } from './rows.js';

/** Everything that a verdict depends on. */
export interface Evaluation {
  readonly suites: readonly PairedSuite[];
  readonly answers: readonly AnsweredCase[];
  /** One entry for each single-label task; absent if unknown. */
  readonly tasks?: readonly TaskAnswers[];
  readonly cost: { readonly bytes: number; readonly milliseconds: number | null };
  /** Classes that the champion can answer and the candidate cannot. */
  readonly lostClasses: readonly string[];
  /** Labels that the champion gave to held-out examples and the candidate gives to none; absent if none. */
  readonly silentLabels?: readonly string[];
  /** Suites that the champion was judged by and that this update no longer scores. */
  readonly missing: readonly string[];
  /** Settings that determine the number of held-out examples; absent if unknown. */
  readonly holdout?: HoldoutSize;
  /** Number of contenders in the update; 1 by default. */
  readonly field?: number;
  /** Number of candidates that the anchor has refused since the present champion was approved; 0 by default. */
  readonly refusals?: number;
}

export type Judgement = Pick<
  Report,
  'rulesVersion' | 'rows' | 'slices' | 'calibration' | 'tasks' | 'findings' | 'notes'
>;

/**
 * Judges paired results by a policy. It is pure: equal arguments give an equal judgement.
 * @param seed of the bootstrap draws
 * @example verdictOf(allFindings(judge(evaluation, policy, 7))) // 'pass', 'fail' or 'inconclusive'
 */
export function judge(evaluation: Evaluation, policy: GatePolicy, seed: number): Judgement {
  const { suites, field = onlyTry.field, refusals = onlyTry.refusals } = evaluation;
  const tries = { field, refusals };
  const answers = evaluation.answers.filter(isCountable);
  const rows = judgeSuites(suites, policy, seed, tries);
  const settings = { policy, seed, certainty: certaintyOf(policy, tries) };
  return {
    rulesVersion,
    rows,
    slices: judgeSlices(answers, settings),
    calibration: judgeCalibration(answers, settings),
    tasks: compareWithMajority(evaluation.tasks ?? [], settings),
    findings: [
      ...judgeBudgetsAndLosses(evaluation, policy),
      ...requireEvidence(rows, suites, needsOf(evaluation, policy)),
    ],
    notes: [...noteOverusedSuites(suites, policy), ...noteOverlap(suites, policy)],
  };
}

const needsOf = ({ holdout }: Evaluation, { domains, margin, confidence }: GatePolicy) => ({
  margin: domains.margin ?? margin,
  confidence,
  holdout,
});

function judgeBudgetsAndLosses(
  { cost, lostClasses, silentLabels = [], missing }: Evaluation,
  { budgets, retired }: GatePolicy,
): Finding[] {
  const findings: Finding[] = [];
  if (budgets?.bytes !== undefined) findings.push(judgeBudget('bytes of adapter.onnx', cost.bytes, budgets.bytes));
  if (budgets?.milliseconds !== undefined && cost.milliseconds !== null)
    findings.push(judgeBudget('milliseconds to an answer', cost.milliseconds, budgets.milliseconds));
  if (lostClasses.length > 0) {
    const reason = `the champion knows ${lostClasses.length} classes that the candidate does not: ${lostClasses.join(', ')}`;
    findings.push({ rule: 'classes-kept', verdict: 'fail', value: lostClasses.length, limit: 0, reason, needed: null });
  }
  if (silentLabels.length > 0) {
    const reason = `the candidate gives no held-out example a label that the champion gave to several: ${silentLabels.join(', ')}`;
    findings.push({
      rule: 'labels-answered',
      verdict: 'fail',
      value: silentLabels.length,
      limit: 0,
      reason,
      needed: null,
    });
  }
  for (const suite of missing.filter((name) => !retired.includes(name))) {
    const reason = `${suite} judged the champion and is not asked any more; declare it again, or name it under gate.retired`;
    findings.push({ rule: 'suite-kept', verdict: 'inconclusive', value: 0, limit: 1, reason, needed: null });
  }
  return findings;
}
