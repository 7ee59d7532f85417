/** The screen of the browser as lines, none longer than the terminal is wide. */
import { clip } from '../../core/text.js';
import type { AdapterDeclaration } from '../../declaration/declaration.js';
import type { ListedExample } from '../../library/examples.js';
import type { Colours } from '../output.js';
import { factsOf, linesOfFacts } from '../terminal/example-sheet.js';
import { keyHelp, shortHelp } from './keys.js';
import { heightOf, labelsFor, type Prompt, type Question, rowsOf, type State } from './state.js';

export interface Style {
  readonly colours: Colours;
  readonly declaration: Pick<AdapterDeclaration, 'tasks'>;
}

/** Exactly as many lines as the terminal has, but one. */
export function pictureOf(state: State, style: Style): string[] {
  const { colours } = style;
  const { columns } = state.size;
  const body = bodyOf(state, style);
  const height = heightOf(state.size) - 5;
  const shown = [...body, ...Array<string>(Math.max(0, height - body.length)).fill('')].slice(0, height);
  return [
    colours.bold(clip(titleOf(state), columns)),
    ...shown,
    colours.dim(clip(positionOf(state), columns)),
    ...messageLines(state.message, columns),
    askedLine(state, columns) ?? colours.dim(clip(shortHelp, columns)),
  ];
}

/** Always two: an error has a hint. */
function messageLines(message: string, columns: number): string[] {
  const characters = [...clip(message, 2 * columns)];
  return [characters.slice(0, columns).join(''), characters.slice(columns).join('')];
}

function titleOf({ adapter, query, sheet }: State): string {
  const where = query.where.length === 0 ? '' : `  where ${query.where.join(' & ')}`;
  const search = query.search === undefined ? '' : `  search ${query.search}`;
  const isBuffer = !query.all && !query.where.some((condition) => /^\s*state\b/.test(condition));
  const shown = sheet ? `example ${sheet.id}` : isBuffer ? 'replay buffer' : 'stored examples';
  return `${adapter}: ${shown}${where}${search}`;
}

function bodyOf(state: State, style: Style): string[] {
  const { asks, sheet, showsKeys } = state;
  if (showsKeys) return ['', ...keyHelp.map(([keys, what]) => clip(`${keys.padEnd(26)} ${what}`, state.size.columns))];
  if (asks?.kind === 'label') return labelLines(asks, state, style);
  return sheet ? sheetLines(state, style) : listLines(state, style);
}

function listLines({ page: { rows }, cursor, size: { columns } }: State, { colours, declaration }: Style): string[] {
  if (rows.length === 0)
    return ['', clip('No example fits. f changes the filter, / the search, a shows all.', columns)];
  const several = declaration.tasks.length > 1;
  const idWidth = Math.max(4, String(rows.at(-1)!.id).length);
  const cellsOf = (mark: string, id: string, label: string, text: string) => {
    const line = `${mark} ${id.padStart(idWidth)}  ${label}  `;
    return clip(`${line}${clip(text, Math.max(8, columns - [...line].length))}`, columns);
  };
  const head = cellsOf('     ', 'id', 'label'.padEnd(labelWidth), 'text');
  return [
    colours.dim(head),
    ...rows.map((row, index) => {
      const label = clip(several ? `${row.task}: ${row.label}` : row.label, labelWidth).padEnd(labelWidth);
      const line = cellsOf(`${index === cursor ? '>' : ' '}${marksOf(row)}`, String(row.id), label, row.text);
      return index === cursor ? colours.inverse(line) : line;
    }),
  ];
}

const labelWidth = 22;

/** Pinned, quarantined, weighed, noted: always four characters. */
const marksOf = ({ pinned, quarantined, weight, note }: ListedExample) =>
  `${pinned ? 'P' : ' '}${quarantined ? 'Q' : ' '}${weight === 1 ? ' ' : 'w'}${note === null ? ' ' : 'n'}`;

function sheetLines(state: State, { declaration }: Style): string[] {
  const { columns } = state.size;
  const lines = linesOfFacts(factsOf(state.sheet!, declaration)).flatMap((line) => broken(line, columns));
  const room = rowsOf(state.size) + 1;
  return lines.slice(Math.min(state.scroll, Math.max(0, lines.length - room)));
}

/** Breaks at spaces where there are some; lines after the first stand under its value. */
function broken(line: string, columns: number): string[] {
  const lines: string[] = [];
  let rest = [...line];
  while (rest.length > columns) {
    const space = rest.lastIndexOf(' ', columns);
    const end = space > columns / 2 ? space : columns;
    lines.push(rest.slice(0, end).join(''));
    rest = [...' '.repeat(10), ...rest.slice(rest[end] === ' ' ? end + 1 : end)];
  }
  return [...lines, rest.join('')];
}

function labelLines(prompt: Extract<Prompt, { kind: 'label' }>, { size }: State, { colours }: Style): string[] {
  const labels = labelsFor(prompt);
  if (labels.length === 0) return ['', 'No label has this; type a new one.'];
  const room = rowsOf(size);
  const first = Math.max(0, prompt.chosen - room + 1);
  return labels.slice(first, first + room).map((label, index) => {
    const isNew = !prompt.known.includes(label);
    const line = clip(`${isNew ? 'new label: ' : ''}${label}`, size.columns - 2);
    return first + index === prompt.chosen ? colours.inverse(`> ${line}`) : `  ${line}`;
  });
}

function positionOf({ page, starts, sheet, reason, edits }: State): string {
  const place = starts.at(-1)!.place;
  const more = page.hasMore ? ', and more' : '';
  const where = page.rows.length === 0 ? '' : `${place + 1} to ${place + page.rows.length}${more}`;
  const done = edits.length === 0 ? '' : `   edits: ${edits.slice(-8).join(', ')}`;
  const why = reason === null ? '' : `   because: ${reason}`;
  return `${sheet ? 'escape closes' : where}${done}${why}`;
}

const asking = {
  filter: 'filter',
  search: 'search',
  reason: 'why (kept for ever, for all changes of this session)',
  note: 'note',
  weight: 'weight, a multiple of 0.25',
  labels: 'labels, with & between them',
  label: 'label: type a part, choose with up and down',
} as const;

/** The end of what is typed stays in sight. */
function askedLine({ asks }: State, columns: number): string | undefined {
  if (asks === null) return undefined;
  if (asks.kind === 'confirm') return questionLine(asks, columns);
  const name = `${clip(asking[asks.kind], Math.floor(columns * 0.7))}> `;
  const typed = [...clip(asks.text, 100_000)];
  return `${name}${typed.slice(-Math.max(1, columns - name.length - 1)).join('')}_`;
}

const questionLine = ({ text }: Question, columns: number) => `${clip(text, columns - 8)}? (y/n)`;
