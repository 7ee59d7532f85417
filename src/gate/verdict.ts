/** Summarises a whole report in one verdict and one sentence. */
import type { GatePolicy } from '../declaration/gate-policy.js';
import type { Verdict } from '../store/candidates.js';
import type { Judgement } from './gate.js';
import { macroMetric } from './macro.js';
import { allFindings, type Finding, type Report, type ReportRow, verdictOf } from './report.js';
import { points } from './rules.js';

/** Whether a person may approve it without an override, which is recorded permanently. */
export function mayApprove(verdict: Verdict, { inconclusive }: Pick<GatePolicy, 'inconclusive'>): boolean {
  return verdict === 'pass' || (verdict === 'inconclusive' && inconclusive === 'allow');
}

/** @param policy may count an inconclusive verdict as a fail */
export function summarise(
  judgement: Judgement,
  { inconclusive }: Pick<GatePolicy, 'inconclusive'>,
): Pick<Report, 'verdict' | 'sentence' | 'mayApprove'> {
  const findings = allFindings(judgement);
  const found = findings.length === 0 ? 'inconclusive' : verdictOf(findings);
  const verdict = found === 'inconclusive' && inconclusive === 'fail' ? 'fail' : found;
  const sentence = findings.length === 0 ? nothingMeasured : sentenceOf(found, judgement);
  return { verdict, sentence, mayApprove: mayApprove(verdict, { inconclusive }) };
}

const nothingMeasured =
  'Not decided: nothing could be compared; declare suites, or bring enough data to hold some out.';

function sentenceOf(verdict: Verdict, judgement: Judgement): string {
  const { rows } = judgement;
  if (rows.every((row) => row.champion === null)) return sentenceOfFirst(verdict, judgement);
  const gain = describeGain(rows);
  if (verdict === 'pass' && gain === '')
    return 'Not worse: nothing was lost by more than its margin, and nothing was gained.';
  if (verdict === 'pass') return `Unambiguously improved: nothing got worse by more than its margin${gain}.`;
  const concerned = rows.filter((row) => verdictOf(row.findings) === verdict).sort(compareLosses);
  const others = describeOthers(verdict, judgement);
  if (verdict === 'fail') return `Not improved: ${[...describeLoss(concerned), ...others].join('; ')}${gain}.`;
  const unclear =
    concerned.length === 0
      ? []
      : [`${concerned.map((row) => row.suite).join(', ')} cannot exclude a loss beyond the margin`];
  return `Not decided: ${[...unclear, ...others].join('; ')}${gain}.`;
}

/** Largest loss first; the macro accuracy last, as it reweighs cases of other rows. */
function compareLosses(a: ReportRow, b: ReportRow): number {
  const isMacro = ({ metric }: ReportRow) => Number(metric === macroMetric);
  return isMacro(a) - isMacro(b) || (a.difference ?? 0) - (b.difference ?? 0);
}

function sentenceOfFirst(verdict: Verdict, judgement: Judgement): string {
  if (verdict === 'pass') return sentenceOfPass(judgement);
  const concerned = judgement.rows.filter((row) => verdictOf(row.findings) === verdict).map((row) => row.suite);
  const under =
    concerned.length === 0
      ? []
      : [`${verdict === 'fail' ? 'under its floor' : 'not shown above its floor'} on ${concerned.join(', ')}`];
  return `A first version: ${[...under, ...describeOthers(verdict, judgement)].join('; ')}.`;
}

function sentenceOfPass({ tasks }: Judgement): string {
  const isShown = tasks.length > 0 && tasks.every(({ findings }) => findings.length > 0);
  return `A first version: every suite is at or above its floor${isShown ? ', and better than always giving the commonest label' : ''}.`;
}

function describeLoss(failed: readonly ReportRow[]): string[] {
  const worst = failed[0];
  if (!worst) return [];
  const rest = failed.length > 1 ? `, and ${failed.length - 1} more` : '';
  const lost = worst.findings.find(
    ({ rule, verdict }) => verdict === 'fail' && rule !== 'floor' && rule !== 'guessing',
  );
  if (!lost || worst.difference === null) return [`${worst.suite} is under its floor${rest}`];
  if (lost.rule === 'gain') return [`${worst.suite} gained too little${rest}`];
  if (lost.rule === 'anchor' && worst.difference >= 0) return [`${worst.suite} has lost against the anchor${rest}`];
  return [
    `lost ${points(-worst.difference)} [${(-100 * worst.upper!).toFixed(1)}, ${(-100 * worst.lower!).toFixed(1)}] on ${worst.suite}${rest}`,
  ];
}

/** Reasons that concern no suite: slices, calibration, tasks and budgets. */
function describeOthers(verdict: Verdict, { slices, calibration, tasks, findings }: Judgement): string[] {
  const isConcerned = (finding: Finding) => finding.verdict === verdict;
  const cut = slices.filter((slice) => slice.findings.some(isConcerned));
  const named =
    cut.length === 0
      ? []
      : [`${cut[0]!.by} ${cut[0]!.value}${cut.length > 1 ? ` and ${cut.length - 1} more slices` : ''}`];
  return [
    ...named,
    ...[...(calibration?.findings ?? []), ...tasks.flatMap((task) => task.findings), ...findings]
      .filter(isConcerned)
      .map(({ reason }) => reason),
  ];
}

/** The largest change among judged and held-out suites; labels that are new to a suite are not a change. */
function describeGain(rows: readonly ReportRow[]): string {
  const own = rows.filter(({ metric }) => metric !== macroMetric);
  const named = own.filter(({ suite, findings }) => findings.length > 0 || suite.startsWith('holdout/'));
  const best = named.sort((a, b) => (b.difference ?? 0) - (a.difference ?? 0))[0];
  return best?.difference && best.difference > 0 ? `, while gaining ${points(best.difference)} on ${best.suite}` : '';
}
