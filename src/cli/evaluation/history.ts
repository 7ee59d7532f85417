/** The scores of an adapter's versions on one suite, as sparklines and a table. */
import { largestOf, smallestOf } from '../../core/sequences.js';
import { clip } from '../../core/text.js';
import type { HistoryLine } from '../../measuring/suite-history.js';
import { type Output, tableOf } from '../output.js';

const columns = [
  { title: 'version', align: 'right' },
  { title: 'score', align: 'right' },
  { title: 'change', align: 'right' },
  { title: 'measured' },
  { title: 'by' },
  { title: 'candidate' },
] as const;

export function renderHistory(suite: string, lines: readonly HistoryLine[], output: Output): string {
  const { colours, width } = output;
  if (lines.length === 0)
    return `No version has been measured on ${clip(suite, 40)}. Measure one with \`espalier eval run\`.`;
  const parts = lines.map((line) => {
    const { adapter, suiteVersion, contentHash, cases, metric, points } = line;
    const title = `${clip(adapter, 24)} on version ${suiteVersion} (${contentHash.slice(0, 8)}), ${cases} cases, ${metric}`;
    const drawn = sparkline(
      points.map(({ score }) => score),
      width - 4,
    );
    return `${colours.bold(title)}\n  ${drawn}\n${tableOf(columns, rowsOf(line), colours)}`;
  });
  const several = new Set(lines.map(({ adapter }) => adapter)).size < lines.length;
  return [
    ...parts,
    ...(several ? ['Figures of other cases stand in lines of their own: they cannot be compared.'] : []),
  ].join('\n\n');
}

function rowsOf({ points }: HistoryLine): string[][] {
  return points.map(({ version, score, at, measuredBy, status }, index) => {
    const before = points[index - 1];
    const change = before === undefined ? '' : withSign(score - before.score);
    return [String(version), score.toFixed(3), change, at.slice(0, 16).replace('T', ' '), measuredBy, status ?? ''];
  });
}

function withSign(change: number): string {
  const written = change.toFixed(3);
  if (Number(written) === 0) return '0.000';
  return change > 0 ? `+${written}` : written;
}

const levels = [...'▁▂▃▄▅▆▇█'];

/**
 * One character a value, from the lowest to the highest of them; the latest where there are too many. Equal values are
 * in the middle.
 */
export function sparkline(values: readonly number[], width: number): string {
  const shown = values.slice(-width);
  const [low, high] = [smallestOf(shown), largestOf(shown)];
  const levelOf = (value: number) =>
    high === low ? 3 : Math.round(((value - low) / (high - low)) * (levels.length - 1));
  return shown.map((value) => levels[levelOf(value)]).join('');
}
