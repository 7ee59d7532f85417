/**
 * A report as one screen: the verdict, what was lost and gained as dots and whiskers, what did not pass and why, and
 * where the loss sits.
 */

import { percent, signed } from '../../core/numbers.js';
import { largestOf } from '../../core/sequences.js';
import { clip, wrap } from '../../core/text.js';
import { concernsOf, isOpenLoss, type Report, type ReportRow, verdictOf } from '../../gate/report.js';
import { formatterFor } from '../../pages/report/measured.js';
import { sayTask } from '../../pages/report/tasks.js';
import { sayUnchanged } from '../../pages/report/unchanged.js';
import { sayUnknown } from '../../pages/report/unknown.js';
import type { Verdict } from '../../store/candidates.js';
import { type Colours, type Output, tableOf } from '../output.js';
import { drawAxis, drawWhisker, nameScale, type WhiskerScale } from './whisker.js';

export interface ReportOptions {
  /** Every suite, also those that neither lost nor gained much. */
  readonly all?: boolean;
}

export function renderReport(report: Report, { colours, width }: Output, { all = false }: ReportOptions = {}): string {
  const parts = [
    `${paintVerdict(report.verdict, colours)}\n${wrap(report.sentence, width)}`,
    renderRows(report.rows, colours, all),
    report.tasks.map((task) => wrap(sayTask(task, report), width)).join('\n'),
    renderConcerns(report, { colours, width }, all),
    renderOpenLosses(report.rows, { colours, width }, all),
    renderLosingSlices(report, colours),
    [renderCalibration(report, width), ...sayUnknown(report).map((sentence) => wrap(sentence, width))]
      .filter((line) => line !== '')
      .join('\n'),
    report.unchanged.length === 0 ? '' : colours.dim(wrap(sayUnchanged(report), width)),
    report.notes.map((note) => `${colours.yellow('note')}\n${wrap(note, width)}`).join('\n'),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

export function paintVerdict(verdict: Verdict, colours: Colours): string {
  const paint = { pass: colours.green, fail: colours.red, inconclusive: colours.yellow }[verdict];
  return colours.bold(paint(verdict.toUpperCase()));
}

/** So many rows leave room on one screen for the rest. */
const mostRows = 14;

/** The greatest loss first. */
function renderRows(rows: readonly ReportRow[], colours: Colours, all: boolean): string {
  if (rows.every(({ champion }) => champion === null)) return renderScores(rows, colours);
  const sorted = [...rows].sort((a, b) => (a.difference ?? 0) - (b.difference ?? 0));
  const shown = all ? sorted : pickRows(sorted);
  const scale: WhiskerScale = { reach: reachOf(rows), width: 17 };
  const cells = shown.map((row) => [
    clip(nameOf(row), 26),
    String(row.cases),
    row.champion === null ? '-' : percent(row.champion),
    scoreOf(row),
    row.difference === null ? '-' : signed(row.difference),
    drawRow(row, scale, colours),
    markOf(row, colours),
  ]);
  const columns = [
    { title: 'suite' },
    { title: 'cases', align: 'right' },
    { title: 'was', align: 'right' },
    { title: 'is', align: 'right' },
    { title: 'change', align: 'right' },
    { title: nameScale(scale) },
    { title: '' },
  ] as const;
  const hidden = sorted.length - shown.length;
  const more =
    hidden === 0 ? '' : colours.dim(`\n ${hidden} more between these: passed, and changed less (--all shows them)`);
  return `${tableOf(columns, cells, colours)}${more}`;
}

/** Of a first version, which is compared with nothing. */
function renderScores(rows: readonly ReportRow[], colours: Colours): string {
  const cells = rows.map((row) => [
    clip(row.suite, 40),
    String(row.cases),
    row.metric,
    scoreOf(row),
    markOf(row, colours),
  ]);
  const columns = [
    { title: 'suite' },
    { title: 'cases', align: 'right' },
    { title: 'metric' },
    { title: 'score', align: 'right' },
    { title: '' },
  ] as const;
  return tableOf(columns, cells, colours);
}

/** Stored as JSON, what is not a number has become null. */
const scoreOf = ({ candidate }: ReportRow) => (Number.isFinite(candidate) ? percent(candidate) : '-');

/** What did not pass, what is judged as a whole, and of the others those that lost and gained most. */
function pickRows(sorted: readonly ReportRow[]): readonly ReportRow[] {
  if (sorted.length <= mostRows) return sorted;
  const kept = new Set(sorted.filter((row) => row.scope === 'whole' || verdictOf(row.findings) !== 'pass'));
  for (let step = 0; kept.size < mostRows && step < sorted.length; step++) {
    kept.add(sorted[step % 2 === 0 ? step / 2 : sorted.length - (step + 1) / 2]!);
  }
  return sorted.filter((row) => kept.has(row));
}

const nameOf = (row: ReportRow) => (row.scope === 'whole' ? `◆ ${row.suite}` : row.suite);

/**
 * As far as anything reaches that may be lost; what is new to the champion gains so much that nothing else would show
 * beside it.
 */
function reachOf(rows: readonly ReportRow[]): number {
  const judged = rows.filter(({ findings, lower }) => findings.some(({ rule }) => rule !== 'gain') && lower !== null);
  const widest = Math.max(
    0.02,
    largestOf(judged.map(({ lower, upper }) => Math.max(Math.abs(lower!), Math.abs(upper!)))),
  );
  return Math.min(0.5, Math.ceil(widest * 100) / 100);
}

function drawRow({ difference, lower, upper, findings }: ReportRow, scale: WhiskerScale, colours: Colours): string {
  if (difference === null || !Number.isFinite(difference)) return drawAxis(scale, colours);
  const limit = findings.find(({ rule }) => rule === 'not-inferior' || rule === 'not-harmed')?.limit;
  const whisker = {
    difference,
    lower: lower!,
    upper: upper!,
    margin: limit === undefined ? undefined : -limit,
    verdict: verdictOf(findings),
  };
  return drawWhisker(whisker, scale, colours);
}

function markOf({ findings, difference }: ReportRow, colours: Colours): string {
  if (findings.length === 0) return colours.dim('new');
  if (isOpenLoss({ difference, findings })) return colours.yellow('~');
  return { pass: colours.green('✓'), fail: colours.red('✗'), inconclusive: colours.yellow('?') }[verdictOf(findings)];
}

const mostConcerns = 5;
const mostOpenLosses = 3;

/** What lost and passed only since nobody can show it, the greatest loss first. */
function renderOpenLosses(
  rows: readonly ReportRow[],
  { colours, width }: Pick<Output, 'colours' | 'width'>,
  all: boolean,
): string {
  const open = rows.filter(isOpenLoss).sort((a, b) => a.difference! - b.difference!);
  const shown = open.slice(0, all ? open.length : mostOpenLosses);
  const lines = shown.map(({ suite, difference, lost, gained, findings }) => {
    const flips = lost === null || gained === null ? '' : `${lost} lost, ${gained} gained, `;
    const { reason } = findings.find(({ rule }) => rule === 'not-worse')!;
    return wrap(`${colours.yellow('~')} ${clip(suite, 60)}: ${flips}${signed(difference!)} points: ${reason}`, width);
  });
  const more = open.length - shown.length;
  return [
    ...lines,
    ...(more > 0 ? [colours.dim(`  and ${more} more that lost and were not shown worse (--all shows them)`)] : []),
  ].join('\n');
}

/** Rule, value, limit and reason of what did not pass. */
function renderConcerns(report: Report, { colours, width }: Pick<Output, 'colours' | 'width'>, all: boolean): string {
  const concerns = concernsOf(report);
  const shown = concerns.slice(0, all ? concerns.length : mostConcerns);
  const more = concerns.length - shown.length;
  const lines = shown.map(({ name, finding: { rule, verdict, value, limit, reason } }) => {
    const say = formatterFor(rule);
    return `${paintVerdict(verdict, colours)} ${clip(name, 40)}: ${rule}, ${say(value)}, limit ${say(limit)}\n${wrap(reason, width)}`;
  });
  return [...lines, ...(more > 0 ? [colours.dim(` and ${more} more that did not pass (--all shows them)`)] : [])].join(
    '\n',
  );
}

/** The labels, domains, sources and lengths that lost most, where anything is shown to be lost. */
function renderLosingSlices({ slices, rows }: Report, colours: Colours): string {
  const isLosing = rows.some(
    (row) => row.findings.some(({ verdict }) => verdict === 'fail') && (row.difference ?? 0) < 0,
  );
  const losing = slices
    .filter(({ difference }) => difference !== null && difference < 0)
    .sort((a, b) => a.difference! - b.difference!);
  if (!isLosing || losing.length === 0) return '';
  const cells = losing
    .slice(0, 5)
    .map((slice) => [
      clip(`${slice.by} ${slice.value}`, 40),
      String(slice.cases),
      percent(slice.champion!),
      percent(slice.candidate),
      signed(slice.difference!),
    ]);
  const columns = [
    { title: 'where it was lost' },
    { title: 'cases', align: 'right' },
    { title: 'was', align: 'right' },
    { title: 'is', align: 'right' },
    { title: 'change', align: 'right' },
  ] as const;
  return tableOf(columns, cells, colours);
}

function renderCalibration({ calibration }: Report, width: number): string {
  if (!calibration) return '';
  const { candidate, champion, difference } = calibration;
  const was = champion ? `${percent(champion.error)} -> ` : '';
  const brier = difference
    ? `; on what the champion knows Brier score ${signed(-difference.value)} [${signed(-difference.upper)}, ${signed(-difference.lower)}]`
    : '';
  return wrap(`confidence is off by ${was}${percent(candidate.error)} points${brier}`, width);
}
