/**
 * The rules of a policy applied to measured numbers. Each passes only by its bound: a number that cannot be
 * distinguished from the far side of its limit is inconclusive, and one that is shown to lie there fails.
 */

import type { Finding, Rule } from './report.js';
import type { Bounds } from './statistics/bounds.js';
import type { Decision } from './statistics/power.js';

/** 0.031 -> "3.1 points" */
export function points(share: number): string {
  return `${(share * 100).toFixed(1)} points`;
}

/** The values of one comparison that the rules read. */
export interface Evidence extends Bounds {
  /** p value of "it is no worse", adjusted for the number of comparisons (Holm). */
  readonly worse: number;
  /** Largest p value that counts as shown. */
  readonly alpha: number;
  /** One-sided confidence of the bounds. */
  readonly confidence: number;
  /**
   * Number of cases that would raise the lower bound above minus the margin or show a loss, and which of the two; null
   * if no number would.
   */
  readonly decision: (margin: number) => Decision | null;
}

type Limited = Extract<Rule, 'not-inferior' | 'not-harmed' | 'anchor' | 'calibration' | 'scope-confidence' | 'macro'>;

const against: Record<Limited, string> = {
  'not-inferior': '',
  'not-harmed': 'by itself ',
  anchor: 'against the anchor ',
  calibration: 'in its confidence ',
  'scope-confidence': 'in its confidence in texts out of scope ',
  macro: 'over the labels ',
};

/**
 * Non-inferiority: the lower bound lies above minus the margin. Requiring that several suites all pass needs no
 * correction for their number (an intersection-union test: Berger & Hsu, Stat. Sci. 1996); showing that one of them is
 * worse does, and its p value is corrected.
 */
export function judgeLoss(rule: Limited, evidence: Evidence, margin: number): Finding {
  const { lower, upper, worse, alpha, confidence } = evidence;
  const finding = { rule, value: lower, limit: -margin, needed: null };
  const sure = `${Math.round(confidence * 1000) / 10} %`;
  const where = against[rule];
  if (lower >= -margin) {
    const reason = `${where}with ${sure} confidence not worse by more than ${points(margin)}: at most ${points(Math.max(0, -lower))} lost`;
    return { ...finding, verdict: 'pass', reason };
  }
  if (worse <= alpha) {
    const reason = `${where}shown worse: between ${points(Math.max(0, -upper))} and ${points(-lower)} lost; the limit is ${points(margin)}`;
    return { ...finding, verdict: 'fail', reason };
  }
  const decision = evidence.decision(margin);
  const reason = `${where}cannot tell: up to ${points(-lower)} may be lost, the limit is ${points(margin)}; ${sayDecision(decision)}`;
  return {
    ...finding,
    verdict: 'inconclusive',
    reason,
    needed: decision?.cases ?? null,
    ...(decision && { falls: decision.verdict }),
  };
}

function sayDecision(decision: Decision | null): string {
  if (decision === null) return 'no number of cases like these would decide';
  const outcome = decision.verdict === 'worse' ? 'show it worse' : 'show that it is within the limit';
  return `at this rate about ${decision.cases} cases would ${outcome}`;
}

/** For one of many members of a judged whole: it is too small to pass individually, but may be shown worse. */
export function judgeNotWorse({ lower, upper, worse, alpha }: Evidence): Finding {
  const finding = { rule: 'not-worse', value: worse, limit: alpha, needed: null } as const;
  if (worse > alpha) return { ...finding, verdict: 'pass', reason: `not shown worse (p ${worse.toFixed(3)})` };
  return {
    ...finding,
    verdict: 'fail',
    reason: `shown worse: between ${points(Math.max(0, -upper))} and ${points(-lower)} lost`,
  };
}

/** @param lower bound of the candidate's own score */
export function judgeFloor(value: number, lower: number, floor: number): Finding {
  const finding = { rule: 'floor', value: lower, limit: floor, needed: null } as const;
  if (lower >= floor)
    return {
      ...finding,
      verdict: 'pass',
      reason: `${points(value)}, at least ${points(lower)}, is not under its floor`,
    };
  // NaN counts as below every floor.
  if (!(value >= floor))
    return { ...finding, value, verdict: 'fail', reason: `${points(value)} is under its floor, ${points(floor)}` };
  const reason = `cannot tell: ${points(value)} may in truth be ${points(lower)}, under its floor, ${points(floor)}; more cases would decide`;
  return { ...finding, verdict: 'inconclusive', reason };
}

export interface Guess {
  readonly value: number;
  /** Lower bound of the value. */
  readonly lower: number;
  readonly chance: number;
  readonly cases: number;
  /**
   * Whether this number of cases would usually show a head halfway between guessing and always right to be above
   * guessing.
   */
  readonly isEnough: boolean;
  /** Whether there is a champion, which keeps serving if the verdict is inconclusive. */
  readonly hasChampion: boolean;
}

/**
 * A suite on which nothing can be lost must at least be above guessing, by its bound. With too few cases for a bound
 * the score decides, so that a small adapter can begin; a score without a single right answer never passes.
 */
export function judgeGuessing({ value, lower, chance, cases, isEnough, hasChampion }: Guess): Finding {
  const finding = { rule: 'guessing', value: lower, limit: chance, needed: null } as const;
  const [score, guess] = [points(value), points(chance)];
  if (lower >= chance && value > 0)
    return {
      ...finding,
      verdict: 'pass',
      reason: `${score}, at least ${points(lower)}, is not under guessing, ${guess}`,
    };
  // With so few cases, guessing might well get none right either.
  const isShort = hasChampion && value === 0 && cases * chance < 1 && !isEnough;
  if (!(value >= chance) && !isShort)
    return { ...finding, value, verdict: 'fail', reason: `${score} is under guessing, ${guess}` };
  if (isEnough || value === 0) {
    const reason = `cannot tell: ${score} may in truth be ${points(lower)}, and guessing has ${guess}; more cases would decide`;
    return { ...finding, verdict: 'inconclusive', reason };
  }
  const reason = `${score} is not under guessing, ${guess}; ${cases} cases are too few to ask for more than the score`;
  return { ...finding, value, verdict: 'pass', reason };
}

export function judgeGain({ lower, upper }: Bounds, wanted: number): Finding {
  const finding = { rule: 'gain', value: lower, limit: wanted, needed: null } as const;
  if (lower >= wanted)
    return { ...finding, verdict: 'pass', reason: `gained at least ${points(lower)}; ${points(wanted)} are asked for` };
  if (upper < wanted)
    return { ...finding, verdict: 'fail', reason: `gained at most ${points(upper)}; ${points(wanted)} are asked for` };
  const reason = `cannot tell: gained between ${points(lower)} and ${points(upper)}; ${points(wanted)} are asked for`;
  return { ...finding, verdict: 'inconclusive', reason };
}

/** @param upper bound of the candidate's error */
export function judgeCeiling(value: number, upper: number, limit: number): Finding {
  const finding = { rule: 'calibration-error', value: upper, limit, needed: null } as const;
  if (upper <= limit) return { ...finding, verdict: 'pass', reason: `confidence is off by at most ${points(upper)}` };
  if (value > limit)
    return {
      ...finding,
      value,
      verdict: 'fail',
      reason: `confidence is off by ${points(value)}; the limit is ${points(limit)}`,
    };
  const reason = `cannot tell: confidence is off by ${points(value)}, perhaps by ${points(upper)}; the limit is ${points(limit)}`;
  return { ...finding, verdict: 'inconclusive', reason };
}

export function judgeBudget(what: string, value: number, limit: number): Finding {
  const finding = { rule: 'budget', value, limit, needed: null } as const;
  const [has, may] = [value, limit].map((amount) => amount.toLocaleString('en', { maximumFractionDigits: 3 }));
  return value <= limit
    ? { ...finding, verdict: 'pass', reason: `${has} ${what} are within the budget of ${may}` }
    : { ...finding, verdict: 'fail', reason: `${has} ${what} are over the budget of ${may}` };
}
