/** A comparison of strategies as one screen: the table, then what was known after each update. */

import { megabytes, percent, signed } from '../../core/numbers.js';
import { clip, wrap } from '../../core/text.js';
import { describeChance, describeExamples } from '../../pages/comparison/words.js';
import { bestRemedy, type Comparison, type ComparisonRow, nameOfPlay } from '../../study/comparison.js';
import { type Colours, type Output, tableOf } from '../output.js';
import { renderStreams } from './matrix.js';

const columns = [
  { title: 'strategy' },
  { title: 'budget', align: 'right' },
  { title: 'average', align: 'right' },
  { title: 'forgotten', align: 'right' },
  { title: 'BWT', align: 'right' },
  { title: 'FWT', align: 'right' },
  { title: 'seconds', align: 'right' },
  { title: 'kept MB', align: 'right' },
  { title: '' },
] as const;

export function renderComparison(comparison: Comparison, output: Output): string {
  const { adapter, rows } = comparison;
  const { colours, width } = output;
  const best = bestRemedy(comparison);
  const parts = [
    `${colours.bold(clip(adapter, 64))}: ${comparison.domains.length} domains, one update each\n${wrap(describeExamples(comparison), width)}`,
    tableOf(
      columns,
      rows.map((row) => cellsOf(row, row === best, colours)),
      colours,
    ),
    wrap(`${describeChance(comparison)} ${legend}`, width),
    ...rows.flatMap(({ error, ...row }) =>
      error === null
        ? []
        : [
            `${colours.red(`${nameOfPlay(row)} failed [${error.code}]`)}\n${wrap(`${error.message}. ${error.hint}`, width)}`,
          ],
    ),
    renderPictures(comparison, output),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

const legend =
  'average: accuracy over all domains after the last update, %. forgotten, BWT, FWT (backward and forward transfer): points. naive learns each domain from its new examples alone; joint trains on everything at once.';

function cellsOf(row: ComparisonRow, isBest: boolean, colours: Colours): string[] {
  const { strategy, budget, role } = row;
  const name = isBest ? colours.bold(strategy) : strategy;
  const words = [name, budget === 0 ? '-' : String(budget)];
  if (row.error !== null) return [...words, '-', '-', '-', '-', '-', '-', colours.red('failed')];
  const mark = {
    naive: colours.yellow('naive'),
    joint: colours.cyan('joint'),
    remedy: isBest ? colours.green('best') : '',
  }[role];
  return [
    ...words,
    percent(row.averageAccuracy),
    percent(row.forgetting),
    signed(row.backwardTransfer),
    row.forwardTransfer === null ? '-' : signed(row.forwardTransfer),
    row.seconds.toFixed(1),
    megabytes(row.bytesStored),
    mark,
  ];
}

/** Naive fine-tuning and the best remedy. */
function renderPictures(comparison: Comparison, output: Output): string {
  const { domains, matrices } = comparison;
  const best = bestRemedy(comparison);
  const shown = [
    ...matrices.filter(({ role }) => role === 'naive'),
    ...matrices.filter(({ strategy, budget }) => strategy === best?.strategy && budget === best.budget),
  ];
  if (shown.length === 0) return '';
  const pictures = shown.map(({ matrix, role, ...play }) => ({
    title: role === 'naive' ? `naive (${play.strategy})` : `best (${nameOfPlay(play)})`,
    domains,
    matrix,
  }));
  const head = 'Accuracy in % on each domain (columns), after each update (rows):';
  return `${output.colours.dim(head)}\n\n${renderStreams(pictures, output)}`;
}
