/** Whether a verdict rests on anything: a pass needs a line that examined what the adapter was trained for. */
import type { PairedSuite } from './paired.js';
import type { Finding, ReportRow, Rule } from './report.js';

/** Lines that a candidate meets by a bound. Not shown worse, too few cases to slice, and a budget are met by knowing nothing. */
const boundedRules: readonly Rule[] = ['not-inferior', 'not-harmed', 'floor', 'gain', 'macro'];

/** Empty where some line gave evidence, whatever it said; else the one finding that says what is missing. */
export function requireEvidence(rows: readonly ReportRow[], suites: readonly PairedSuite[]): Finding[] {
  const isFirst = rows.every(({ champion }) => champion === null);
  const counts = ({ rule }: Finding) => boundedRules.includes(rule) || (isFirst && rule === 'guessing');
  const asking = rows.filter(({ examines }) => examines !== 'encoder');
  if (asking.some(({ findings }) => findings.some(counts))) return [];
  return [{ rule: 'evidence', verdict: 'inconclusive', value: 0, limit: 1, reason: missingOf(asking, suites), needed: null }];
}

function missingOf(asking: readonly ReportRow[], suites: readonly PairedSuite[]): string {
  const remedy = 'hold examples out (holdout.fraction), or declare a suite that asks the head';
  if (asking.length === 0) return `nothing could be compared that the head answers; ${remedy}`;
  const answered = suites.filter(({ examines, candidate }) => examines !== 'encoder' && candidate.length > 0);
  if (answered.length === 0) return `no case could be asked that the head answers; ${remedy}`;
  if (answered.every(({ role }) => role === 'new'))
    return `only what is new to the champion could be compared, so that nobody knows whether it kept what it had learned; ${remedy}`;
  return `no line of the policy asks the head for more than not being shown worse; give it a margin, \`harm\` or a floor`;
}
