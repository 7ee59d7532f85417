/** What a person can do about a verdict, most useful first. Words only; nothing here decides. */
import { allFindings, type Report, type ReportRow } from './report.js';

export interface Advice {
  readonly what: string;
  /** A command that does it, where one does. */
  readonly command: string | null;
}

export function adviseOn(report: Report, candidateId: number, adapter: string): Advice[] {
  const findings = allFindings(report);
  const approve = { what: 'ship it', command: `espalier candidates approve ${candidateId} --reason "..."` };
  if (report.verdict === 'pass') return [approve];
  const reject = { what: 'turn it down; its data stays new', command: `espalier candidates reject ${candidateId} --reason "..."` };
  const override = { what: 'ship it all the same; marked for ever', command: `${approve.command} --override` };
  const failed = findings.filter(({ verdict }) => verdict === 'fail');
  const lost = failed.some(({ rule }) => ['not-inferior', 'not-harmed', 'not-worse', 'anchor', 'macro'].includes(rule));
  const tournament = { what: 'let other strategies try on the same data', command: `espalier update ${adapter} --tournament` };
  return [...(lost ? [tournament] : []), ...report.rows.flatMap(adviseOnRow).slice(0, 3), reject, override];
}

/** Of a suite that cannot tell. */
function adviseOnRow({ suite, cases, findings }: ReportRow): Advice[] {
  const open = findings.find(({ verdict, needed }) => verdict === 'inconclusive' && needed !== null && needed > 0);
  if (!open) return [];
  const more = Math.max(1, open.needed! - cases);
  const how = suite.startsWith('holdout/')
    ? 'hold more out (holdout.fraction), or bring more data'
    : 'add cases to it, judge it in a group (gate.groups), or allow a wider margin';
  return [{ what: `${suite} needs about ${more} more cases to decide: ${how}`, command: null }];
}
