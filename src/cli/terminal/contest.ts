/**
 * Several contenders for one update as a table of at most 80 columns, and what the gate says of those that are not
 * proposed.
 */

import { megabytes, percent } from '../../core/numbers.js';
import { clip, wrap } from '../../core/text.js';
import type { FieldRow } from '../../gate/field.js';
import { type Colours, type Output, tableOf } from '../output.js';
import { paintVerdict } from './report.js';

const columns = [
  { title: '  strategy' },
  { title: 'verdict' },
  { title: 'average', align: 'right' },
  { title: 'forgot', align: 'right' },
  { title: 'worst domain', align: 'right' },
  { title: 'sec', align: 'right' },
  { title: 'MB', align: 'right' },
] as const;

/** Nothing, where there was no choice. */
export function renderField(field: readonly FieldRow[], { colours, width }: Output): string {
  if (field.length < 2) return '';
  const table = tableOf(
    columns,
    field.map((row) => cellsOf(row, colours)),
    colours,
  );
  const others = field
    .filter(({ chosen }) => !chosen)
    .map((row) => `${describeOutcome(row, colours)}\n${wrap(sentenceOf(row), width - 2)}`);
  const next = `The report of ${colours.bold(`▸ ${field.find(({ chosen }) => chosen)?.strategy}`)}:`;
  return [headOf(field, width), table, wrap(legend, width), others.join('\n'), next].join('\n\n');
}

function headOf(field: readonly FieldRow[], width: number): string {
  const chosen = field.find((row) => row.chosen);
  const passes =
    chosen?.verdict === 'pass' ? 'the most accurate of those that pass' : 'the best there is, though none passes';
  return wrap(`${field.length} strategies trained for this; ▸ ${chosen?.strategy} is proposed: ${passes}.`, width);
}

const legend =
  'average: accuracy over all domains, %. forgot, and worst domain, where the champion is furthest ahead: points. sec: training, beside the others. MB: kept for the next update.';

function cellsOf(row: FieldRow, colours: Colours): string[] {
  const { strategy, chosen, verdict, worstDomain, seconds, bytesKept } = row;
  const name = chosen ? colours.bold(`▸ ${strategy}`) : `  ${strategy}`;
  if (verdict === null) return [name, colours.red('failed'), '-', '-', '-', '-', '-'];
  return [
    name,
    paintVerdict(verdict, colours),
    shareOrDash(row.averageAccuracy),
    shareOrDash(row.forgetting),
    worstDomain ? `${clip(worstDomain.domain, 10)} ${percent(-worstDomain.loss)}` : '-',
    seconds === null ? '-' : seconds.toFixed(1),
    bytesKept === null ? '-' : megabytes(bytesKept),
  ];
}

const shareOrDash = (share: number | null) => (share === null ? '-' : percent(share));

function describeOutcome({ strategy, verdict, error }: FieldRow, colours: Colours): string {
  return `${strategy} ${error ? colours.red(`failed [${error.code}]`) : verdict ? paintVerdict(verdict, colours) : ''}`;
}

function sentenceOf({ sentence, error }: FieldRow): string {
  return error ? `${error.message}. ${error.hint}` : (sentence ?? '');
}
