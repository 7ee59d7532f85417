/** The map of a buffer's coverage, and a legend of regions. */
import { percent } from '../../core/numbers.js';
import { clip } from '../../core/text.js';
import { fullest, type Region } from '../../inspecting/coverage.js';
import type { CoverageOfTask, CoverageReport } from '../../library/coverage.js';
import { type Output, tableOf } from '../output.js';

/** Without a member and with one: the more stored examples, the later. Both can be told apart without colours. */
const [bare, covered] = ['.:+#', '\u2591\u2592\u2593\u2588'];

/** Regions that the legend names: one digit each. */
const mostNamed = 9;

export function renderCoverage({ adapter, tasks }: CoverageReport, namesTask: boolean, output: Output): string {
  const { colours } = output;
  return tasks
    .map((task) => {
      const name = `${clip(adapter, 48)}${namesTask ? `, ${clip(task.task, 24)}` : ''}`;
      return `${colours.bold(name)}: ${renderTask(task, output)}`;
    })
    .join('\n\n');
}

function renderTask(task: CoverageOfTask, output: Output): string {
  const { stored, examples, members, regions, nearest, shown } = task;
  if (stored === 0) return 'no training example is stored.';
  const sample =
    stored < examples ? `${stored} of ${examples} training examples, a sample` : `${stored} training examples`;
  const held = regions.filter((region) => region.members > 0).length;
  const near = nearest
    ? `nearest member: cosine ${nearest.median.toFixed(2)} in the middle, below ${nearest.low.toFixed(2)} for one in twenty`
    : 'the buffer has no member';
  const named = [...regions].sort(byNeed).slice(0, mostNamed);
  return [
    `${sample}, ${members} members`,
    `${held} of ${regions.length} regions have a member; they hold ${percent(task.covered!)} % of the examples`,
    near,
    '',
    ...drawMap(task, named, output),
    `${covered} with a member, ${bare} without, digits: the regions below`,
    `the map shows ${percent(shown)} % of how far the regions lie apart`,
    '',
    legend(named, output),
  ].join('\n');
}

/** Regions without a member first, the largest first; then those with the fewest members for their size. */
function byNeed(a: Region, b: Region): number {
  if ((a.members === 0) !== (b.members === 0)) return a.members === 0 ? -1 : 1;
  if (a.members === 0) return b.stored - a.stored;
  return a.members / a.stored - b.members / b.stored || b.stored - a.stored;
}

function drawMap({ map }: CoverageOfTask, named: readonly Region[], { colours }: Output): string[] {
  const most = fullest(map.stored);
  const lines = map.stored.map((row, at) => row.map((count, column) => markOf(count, map.members[at]![column]!, most)));
  // The most needy region keeps its digit where two lie on one place.
  for (const [index, { row, column }] of [...named.entries()].reverse()) lines[row]![column] = String(index + 1);
  const coloured = (mark: string) => (bare.includes(mark) ? colours.yellow(mark) : mark);
  return lines.map(
    (line) =>
      `  ${line
        .map((mark) => (/\d/.test(mark) ? colours.bold(mark) : coloured(mark)))
        .join('')
        .trimEnd()}`,
  );
}

function markOf(stored: number, members: number, most: number): string {
  if (stored === 0 && members === 0) return ' ';
  const shade = most <= 1 ? 0 : Math.round((3 * Math.log(Math.max(1, stored))) / Math.log(most));
  return [...(members > 0 ? covered : bare)][shade]!;
}

function legend(named: readonly Region[], { colours, width }: Output): string {
  const right = (title: string) => ({ title, align: 'right' }) as const;
  const columns = [right(''), right('stored'), right('members'), { title: 'labels' }, { title: 'such as' }];
  const rows = named.map(({ stored, members, labels, examples }, index) => [
    ...[String(index + 1), String(stored), String(members)],
    clip(labels.map(({ label, examples: count }) => `${label} ${count}`).join(', '), 28),
    clip(examples[0]?.text ?? '', width - 54),
  ]);
  return tableOf(columns, rows, colours);
}
