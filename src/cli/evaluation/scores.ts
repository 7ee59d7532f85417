/** What one version scored: a bar from chance to ceiling for each suite. */
import { clip } from '../../core/text.js';
import type { MeasuredSuite } from '../../evaluation/measured-suite.js';
import type { VersionEvaluation } from '../../measuring/evaluate-version.js';
import { type Output, tableOf } from '../output.js';

const columns = [
  { title: 'suite' },
  { title: 'metric' },
  { title: 'score', align: 'right' },
  { title: '95 % interval' },
  { title: 'to ceiling' },
  { title: 'cases', align: 'right' },
] as const;

const barWidth = 10;

export function renderScores(
  { adapter, version, isChampion, measured, skipped }: VersionEvaluation,
  output: Output,
): string {
  const { colours } = output;
  const title = `${colours.bold(clip(adapter, 40))} version ${version}${isChampion ? ', the champion' : ''}`;
  const rows = measured.map((one) => [
    clip(one.suite, 26),
    one.metric,
    threeDecimals(one.score),
    intervalOf(one),
    barOf(one),
    String(one.cases),
  ]);
  const parts = [
    title,
    measured.length === 0 ? 'no suite is declared, and nothing is held out' : tableOf(columns, rows, colours),
  ];
  if (measured.length > 0) parts.push(colours.dim('The bar is empty at chance, full at the ceiling.'));
  const partly = measured.filter(({ leftOut }) => leftOut > 0);
  for (const { suite, leftOut } of partly)
    parts.push(`${clip(suite, 40)}: ${leftOut} cases not asked, their label is not learned yet`);
  for (const suite of skipped) parts.push(`${clip(suite, 40)}: not asked, none of its labels is learned yet`);
  return parts.join('\n');
}

const threeDecimals = (value: number) => value.toFixed(3);
const intervalOf = ({ lower, upper }: MeasuredSuite) => `${threeDecimals(lower)}–${threeDecimals(upper)}`;

/** Eighths of a character. */
const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** How far the score has come from chance to the ceiling. */
export function barOf({ score, chance, ceiling }: Pick<MeasuredSuite, 'score' | 'chance' | 'ceiling'>): string {
  const share = ceiling > chance ? Math.max(0, Math.min(1, (score - chance) / (ceiling - chance))) : 0;
  const filled = Math.round(share * barWidth * 8);
  const bar = '█'.repeat(Math.floor(filled / 8)) + eighths[filled % 8]!;
  return bar + '·'.repeat(barWidth - [...bar].length);
}
