import type { Command } from 'commander';
import { bytesInWords } from '../../core/numbers.js';
import { largestOf } from '../../core/sequences.js';
import { clip } from '../../core/text.js';
import { type BufferStats, readBufferStats, statsBy } from '../../library/buffer-stats.js';
import { type AdapterOptions, askedAdapter } from '../list-examples.js';
import { type Column, type Output, tableOf } from '../output.js';
import { inReadingSession, newCommand, type Session, type Surroundings } from '../session.js';
import { tasksShown } from '../terminal/examples.js';

interface StatsOptions extends AdapterOptions {
  readonly task?: string;
  readonly by?: string;
}

export function statsCommand(surroundings: Surroundings): Command {
  return newCommand('stats', 'how full it is, and what is stored beside it')
    .option('--adapter <name>', 'the adapter; default: the only one there is')
    .option('--task <name>', 'of this task')
    .option('--by <property>', `${statsBy.join(', ')}; default: cell by cell (label x domain)`)
    .action((options: StatsOptions) => inReadingSession(options, surroundings, (session) => stats(session, options)));
}

async function stats(session: Session, options: StatsOptions): Promise<void> {
  const { output } = session;
  const declaration = await askedAdapter(session, options);
  const { task, by } = options;
  const found = await readBufferStats(session, declaration.name, { task, by });
  const ofTask = by === 'task' ? () => [] : tasksShown(declaration);
  output.result(
    found,
    () => `${headOf(found, task)}\n${found.by === null ? cells(found, ofTask, output) : groups(found, ofTask, output)}`,
  );
}

function headOf(
  { adapter, budget, members, bytes, cells: held, groups: counted, by }: BufferStats,
  task?: string,
): string {
  const limit =
    'bytes' in budget
      ? `${bytesInWords(bytes)} of ${bytesInWords(budget.bytes)}`
      : `${members} of ${budget.examples} examples`;
  const size =
    by === null ? `, ${held.length} cells` : `, ${counted.reduce((sum, { stored }) => sum + stored, 0)} stored`;
  return `${adapter}${task === undefined ? '' : `, ${task}`}: ${limit}${by === 'label' ? '' : size}`;
}

const right = (title: string): Column => ({ title, align: 'right' });

type TasksShown = ReturnType<typeof tasksShown>;

function cells({ cells: held }: BufferStats, ofTask: TasksShown, { colours }: Output): string {
  if (held.length === 0) return `Nothing yet: a candidate's examples are offered when it is approved.`;
  const columns = [
    ...ofTask({ title: 'task' }),
    ...[{ title: 'domain' }, { title: 'label' }],
    ...['members', 'evicted', 'declined'].map(right),
    { title: '' },
  ];
  const largest = Math.max(1, largestOf(held.map((cell) => cell.members)));
  const rows = held.map((cell) => [
    ...ofTask(clip(cell.task, 12)),
    clip(cell.domain, 20),
    clip(cell.label, 26),
    ...[cell.members, cell.evicted, cell.declined].map(String),
    colours.cyan('\u25a0'.repeat(Math.round((cell.members / largest) * 12))),
  ]);
  return `\n${tableOf(columns, rows, colours)}`;
}

function groups({ groups: counted, by }: BufferStats, ofTask: TasksShown, { colours }: Output): string {
  if (counted.length === 0) return 'Nothing yet: `espalier ingest` takes examples in.';
  const columns = [
    ...ofTask({ title: 'task' }),
    { title: by ?? '' },
    ...['members', 'evicted', 'declined', 'stored', 'held out'].map(right),
  ];
  const rows = counted.map((group) => [
    ...ofTask(clip(group.task, 12)),
    clip(group.name, 26),
    ...[group.members, group.evicted, group.declined, group.stored, group.heldOut].map(String),
  ]);
  return `\n${tableOf(columns, rows, colours)}`;
}
