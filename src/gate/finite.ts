/**
 * Detects scores that are not numbers: they compare as neither lost nor gained, and would pass for unchanged answers.
 */
import type { PairedSuite } from './paired.js';
import type { Finding } from './report.js';
import type { AnsweredCase } from './slices.js';

export function areFinite(suite: PairedSuite): boolean {
  return countOthers(suite) === 0;
}

/** The finding for a suite with scores that are not numbers. */
export function notNumbers(suite: PairedSuite): Finding {
  const count = countOthers(suite);
  const reason = `${count} of its scores are not numbers; nothing can be compared`;
  return { rule: 'answered', verdict: 'fail', value: count, limit: 0, reason, needed: null };
}

function countOthers({ candidate, champion, anchor }: PairedSuite): number {
  const all = [...candidate, ...(champion ?? []), ...(anchor ?? []).filter((score) => score !== null)];
  return all.filter((score) => !Number.isFinite(score)).length;
}

/** Whether all scores and probabilities of a case are finite. */
export function isCountable({ candidate, champion }: AnsweredCase): boolean {
  const isNumber = (value: number | null) => value === null || Number.isFinite(value);
  return [candidate, champion].every(
    (side) => side === null || (Number.isFinite(side.score) && isNumber(side.confidence)),
  );
}
