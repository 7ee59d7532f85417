/** A report as one screen: the verdict, what was gained and lost side by side, and what each failing rule says. */
import { clip, wrap } from '../core/text.js';
import type { Report, ReportRow } from '../gate/report.js';
import { verdictOf } from '../gate/report.js';
import type { Verdict } from '../store/candidates.js';
import { type Colours, type Output, percent, signed, tableOf } from './output.js';

export function renderReport(report: Report, { colours, width }: Output): string {
  const parts = [
    `${paintVerdict(report.verdict, colours)}\n${wrap(report.sentence, width - 2)}`,
    renderRows(report.rows, colours),
    renderConcerns(report.rows, colours, width),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

export function paintVerdict(verdict: Verdict, colours: Colours): string {
  const paint = { pass: colours.green, fail: colours.red, inconclusive: colours.yellow }[verdict];
  return colours.bold(paint(verdict.toUpperCase()));
}

/** Losses first. */
function renderRows(rows: readonly ReportRow[], colours: Colours): string {
  const sorted = [...rows].sort((a, b) => (a.difference ?? 0) - (b.difference ?? 0));
  // What is new to the champion gains so much that nothing else would show beside it; its bar is cut.
  const widest = Math.max(...rows.filter((row) => row.findings.length > 0).map((row) => Math.abs(row.difference ?? 0)), 0.01);
  const cells = sorted.map((row) => [
    clip(row.suite, 24),
    String(row.cases),
    row.champion === null ? '-' : percent(row.champion),
    percent(row.candidate),
    row.difference === null ? '-' : signed(row.difference),
    drawChange(row.difference ?? 0, widest, colours),
    markOf(row, colours),
  ]);
  const columns = [
    { title: 'suite' },
    { title: 'cases', align: 'right' },
    { title: 'champion', align: 'right' },
    { title: 'new', align: 'right' },
    { title: 'change', align: 'right' },
    { title: '  lost┆gained' },
    { title: '' },
  ] as const;
  return tableOf(columns, cells, colours);
}

const halfWidth = 6;

/** A bar from the middle: left for a loss, right for a gain. */
function drawChange(difference: number, widest: number, colours: Colours): string {
  const length = difference === 0 ? 0 : Math.max(1, Math.min(halfWidth, Math.round((Math.abs(difference) / widest) * halfWidth)));
  const bar = '█'.repeat(length);
  const [left, right] = difference < 0 ? [bar, ''] : ['', bar];
  return `${' '.repeat(halfWidth - left.length)}${colours.red(left)}┆${colours.green(right)}${' '.repeat(halfWidth - right.length)}`;
}

function markOf({ findings }: ReportRow, colours: Colours): string {
  if (findings.length === 0) return colours.dim('new');
  const verdict = verdictOf(findings);
  return { pass: colours.green('✓'), fail: colours.red('✗ fail'), inconclusive: colours.yellow('?') }[verdict];
}

/** Rule, measured value and limit of everything that did not pass. */
function renderConcerns(rows: readonly ReportRow[], colours: Colours, width: number): string {
  const concerns = rows.flatMap((row) => row.findings.filter(({ verdict }) => verdict !== 'pass').map((finding) => ({ row, finding })));
  return concerns
    .map(({ row, finding }) => {
      const head = `${paintVerdict(finding.verdict, colours)} ${clip(row.suite, 40)}: rule ${finding.rule}, value ${percent(finding.value)}, limit ${percent(finding.limit)}`;
      return `${head}\n${wrap(finding.reason, width - 2)}`;
    })
    .join('\n');
}
