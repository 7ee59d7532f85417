/** Lists the actions a person can take after a verdict, most useful first. It only words them; it decides nothing. */
import { allFindings, concernsOf, type Finding, type Report, type ReportRow } from './report.js';

/** `override` approves against the gate. `tournament` runs an update with several strategies. */
export type Step = 'approve' | 'reject' | 'override' | 'tournament';

export interface Advice {
  readonly what: string;
  /** The step that carries out the advice; null if Espalier cannot do it. */
  readonly step: Step | null;
}

export function adviseOn(report: Report): Advice[] {
  const approve: Advice = { what: 'ship it', step: 'approve' };
  if (report.verdict === 'pass') return [approve];
  const reject: Advice = { what: 'turn it down; its data stays new', step: 'reject' };
  const override: Advice = { what: 'ship it all the same; marked for ever', step: 'override' };
  const allowed = { ...approve, what: 'ship it although nobody can tell, which the policy allows (gate.inconclusive)' };
  const failed = allFindings(report).filter(({ verdict }) => verdict === 'fail');
  const lost = failed.some(({ rule }) => ['not-inferior', 'not-harmed', 'not-worse', 'anchor', 'macro'].includes(rule));
  const tournament: Advice = { what: 'let other strategies try on the same data', step: 'tournament' };
  return [
    ...(lost ? [tournament] : []),
    ...adviseOnOpen(report).slice(0, 3),
    reject,
    report.mayApprove ? allowed : override,
  ];
}

/** For each inconclusive finding: how many more cases would decide it, and which way. */
function adviseOnOpen(report: Report): Advice[] {
  const rows = report.rows.flatMap(adviseOnRow);
  const others = concernsOf({ ...report, rows: [] }).flatMap(({ name, finding }) => {
    const ahead = casesAhead(finding, 0);
    if (finding.rule === 'majority' && finding.verdict === 'inconclusive')
      return [{ what: `${name}: ${moreOfOthers(ahead)}`, step: null }];
    return ahead === undefined || finding.rule === 'evidence'
      ? []
      : [{ what: `${name}: ${finding.reason}`, step: null }];
  });
  return [...rows, ...others];
}

/** Advises more cases of the rarer labels, which would show that the head beats always giving the commonest label. */
function moreOfOthers(cases: number | undefined): string {
  const remedy = 'bring examples of the labels that are rare, or hold more out (holdout.fraction)';
  return cases === undefined ? remedy : `${remedy}: about ${cases} held-out cases like these would decide`;
}

/** Advice for a suite with an inconclusive finding. */
function adviseOnRow({ suite, cases, findings }: ReportRow): Advice[] {
  const open = findings.find((finding) => casesAhead(finding, cases) !== undefined);
  if (!open) return [];
  const more = `${suite}: at this rate about ${casesAhead(open, cases)} more cases`;
  if (open.falls === 'worse')
    return [
      {
        what: `${more} would show it worse: turn it down, or train it otherwise, rather than wait for them`,
        step: null,
      },
    ];
  const how = suite.startsWith('holdout/')
    ? 'hold more out (holdout.fraction), or bring more data'
    : 'add cases to it, judge it in a group (gate.groups), or allow a wider margin';
  return [{ what: `${more} would show that it is within its limit: ${how}`, step: null }];
}

function casesAhead({ verdict, needed }: Finding, cases: number): number | undefined {
  return verdict === 'inconclusive' && needed !== null && needed > cases ? needed - cases : undefined;
}
