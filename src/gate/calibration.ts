/** Judges whether the confidences of the answers can be trusted, for candidate and champion. */
import { appendAll } from '../core/sequences.js';
import { casesNeeded } from './compare.js';
import type { RowSettings } from './judged.js';
import type { CalibrationReport, CalibrationSide, Finding } from './report.js';
import { type Evidence, judgeCeiling, judgeLoss } from './rules.js';
import { type AnsweredCase, clustersOf, type ScoredAnswer } from './slices.js';
import { pairedBootstrap, pairedBootstrapOfMean } from './statistics/bootstrap.js';
import {
  type Answer,
  brierLosses,
  brierScore,
  expectedCalibrationError,
  reliabilityBins,
  weightedCalibrationError,
} from './statistics/calibration.js';
import { areaUnderRiskCoverage, riskCoverage } from './statistics/selective.js';

/** Uses the held-out examples only; returns null if no answer has a probability. */
export function judgeCalibration(
  answers: readonly AnsweredCase[],
  { policy, seed, certainty }: RowSettings,
): CalibrationReport | null {
  const held = answers.filter(({ isHoldout, candidate }) => isHoldout && candidate.confidence !== null);
  if (held.length === 0) return null;
  const { bounds: confidences } = certainty;
  const shared = held.filter(({ isKnown, champion }) => isKnown && champion !== null && champion.confidence !== null);
  const [theirs, ours] = [
    shared.map(({ champion }) => answerOf(champion!)),
    shared.map(({ candidate }) => answerOf(candidate)),
  ];
  const findings: Finding[] = [];
  const compared =
    shared.length === 0 ? undefined : compareBrier({ theirs, ours, shared, name: 'brier' }, { seed, certainty });
  const { margin, scope } = policy.calibration ?? {};
  if (compared && margin !== undefined) findings.push(judgeLoss('calibration', compared.evidence, margin));
  if (scope !== undefined) appendAll(findings, judgeScope(answers, scope, { seed, certainty }));
  const all = held.map(({ candidate }) => answerOf(candidate));
  if (policy.calibration?.error !== undefined) {
    const range = { lower: 0, upper: 1 };
    const options = {
      confidences,
      seed: [seed, 'calibration'],
      range,
      interval: 'percentile',
      ...clustered(held),
    } as const;
    const { upper } = pairedBootstrap(all.length, weightedCalibrationError(all), options);
    findings.push(judgeCeiling(expectedCalibrationError(all), upper, policy.calibration.error));
  }
  return {
    candidate: sideOf(all),
    champion: theirs.length === 0 ? null : sideOf(theirs),
    difference: compared?.difference ?? null,
    findings,
  };
}

interface Compared {
  readonly theirs: readonly Answer[];
  readonly ours: readonly Answer[];
  readonly shared: readonly AnsweredCase[];
  /** Seeds the bootstrap draws. */
  readonly name: string;
}

/** Compares Brier losses case by case: the champion's minus the candidate's. */
function compareBrier(
  { theirs, ours, shared, name }: Compared,
  { seed, certainty: { alpha, bounds: confidences } }: Pick<RowSettings, 'seed' | 'certainty'>,
): { difference: NonNullable<CalibrationReport['difference']>; evidence: Evidence } {
  const [before, after] = [brierLosses(theirs), brierLosses(ours)];
  const sample = pairedBootstrapOfMean(
    before.map((loss, index) => loss - after[index]!),
    { confidences, seed: [seed, name], ...clustered(shared) },
  );
  const { observed, lower, upper, worse, variance } = sample;
  const outcome = { cases: shared.length, difference: observed, variance };
  const decision = (margin: number) => casesNeeded({ outcome }, { margin, confidences, shown: alpha });
  return {
    difference: { cases: shared.length, value: observed, lower, upper },
    evidence: { lower, upper, worse, alpha, confidence: confidences.lower, decision },
  };
}

/**
 * For an out-of-scope text every answer is wrong, so its Brier loss is the square of the confidence. This exposes a
 * head that grows more confident about everything, even when nearly all its in-scope answers are right and in-scope
 * calibration shows nothing.
 */
function judgeScope(
  answers: readonly AnsweredCase[],
  margin: number,
  settings: Pick<RowSettings, 'seed' | 'certainty'>,
): Finding[] {
  const outside = answers.filter(
    ({ tags, champion, candidate }) =>
      tags.scope === 'out' && champion?.confidence != null && candidate.confidence !== null,
  );
  if (outside.length === 0) return [];
  const wrong = ({ confidence }: ScoredAnswer): Answer => ({ confidence: confidence!, correct: false });
  const sides = {
    theirs: outside.map(({ champion }) => wrong(champion!)),
    ours: outside.map(({ candidate }) => wrong(candidate)),
  };
  const { evidence } = compareBrier({ ...sides, shared: outside, name: 'scope' }, settings);
  return [judgeLoss('scope-confidence', evidence, margin)];
}

function clustered(answers: readonly AnsweredCase[]): { readonly clusters?: readonly string[] } {
  const clusters = clustersOf(answers);
  return clusters ? { clusters } : {};
}

const answerOf = ({ score, confidence }: ScoredAnswer): Answer => ({ confidence: confidence!, correct: score === 1 });

function sideOf(answers: readonly Answer[]): CalibrationSide {
  const curve = riskCoverage(answers);
  const step = Math.max(1, Math.ceil(curve.length / 100));
  return {
    cases: answers.length,
    error: expectedCalibrationError(answers),
    brier: brierScore(answers),
    riskCoverageArea: areaUnderRiskCoverage(answers),
    bins: reliabilityBins(answers),
    riskCoverage: curve.filter((_, index) => index % step === 0 || index === curve.length - 1),
  };
}
