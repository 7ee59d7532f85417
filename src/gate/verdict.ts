/** One word and one sentence for a whole report. */
import type { Verdict } from '../store/candidates.js';
import { points } from './gate.js';
import { type ReportRow, verdictOf } from './report.js';

export function summariseRows(rows: readonly ReportRow[]): { verdict: Verdict; sentence: string } {
  const findings = rows.flatMap((row) => row.findings);
  if (findings.length === 0) return { verdict: 'inconclusive', sentence: nothingMeasured };
  const verdict = verdictOf(findings);
  return { verdict, sentence: sentenceOf(verdict, rows) };
}

const nothingMeasured = 'Not decided: nothing could be compared; declare suites, or bring enough data to hold some out.';

function sentenceOf(verdict: Verdict, rows: readonly ReportRow[]): string {
  if (rows.every((row) => row.champion === null)) {
    const under = rows.filter((row) => verdictOf(row.findings) === 'fail').map((row) => row.suite);
    return verdict === 'pass'
      ? 'A first version: every suite is at or above its floor.'
      : `A first version, under its floor on ${under.join(', ')}.`;
  }
  const gain = describeGain(rows);
  if (verdict === 'pass' && gain === '') return 'Not worse: nothing was lost by more than its margin, and nothing was gained.';
  if (verdict === 'pass') return `Unambiguously improved: nothing got worse by more than its margin${gain}.`;
  const concerned = rows.filter((row) => verdictOf(row.findings) === verdict).sort((a, b) => (a.difference ?? 0) - (b.difference ?? 0));
  if (verdict === 'inconclusive')
    return `Not decided: ${concerned.map((row) => row.suite).join(', ')} cannot exclude a loss beyond the margin${gain}.`;
  return `Not improved: ${describeLoss(concerned)}${gain}.`;
}

function describeLoss(failed: readonly ReportRow[]): string {
  const worst = failed[0]!;
  const rest = failed.length > 1 ? `, and ${failed.length - 1} more` : '';
  if (worst.difference === null || worst.difference >= 0) return `${worst.suite} is under its floor${rest}`;
  return `lost ${points(-worst.difference)} [${points(-worst.upper!)}, ${points(-worst.lower!)}] on ${worst.suite}${rest}`;
}

function describeGain(rows: readonly ReportRow[]): string {
  const best = [...rows].sort((a, b) => (b.difference ?? 0) - (a.difference ?? 0))[0];
  return best?.difference && best.difference > 0 ? `, while gaining ${points(best.difference)} on ${best.suite}` : '';
}
