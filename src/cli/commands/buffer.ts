import type { Command } from 'commander';
import { EspalierError } from '../../core/errors.js';
import { bytesInWords } from '../../core/numbers.js';
import { largestOf } from '../../core/sequences.js';
import { clip } from '../../core/text.js';
import type { AdapterDeclaration } from '../../declaration/declaration.js';
import { taskNamed } from '../../declaration/tasks.js';
import { onlyAdapter, readDeclaration } from '../../declaration/workspace.js';
import {
  type BufferStats,
  explainMembership,
  listBuffered,
  membershipStates,
  readBufferSheet,
  readBufferStats,
} from '../../library/buffer.js';
import { allPolicies } from '../../replay/policies.js';
import type { BufferedExample, Membership, MembershipState } from '../../store/buffer.js';
import { type Output, tableOf } from '../output.js';
import {
  type GlobalOptions,
  inReadingSession,
  newCommand,
  newGroup,
  type Session,
  type Surroundings,
  wholeNumber,
} from '../session.js';
import { bakeoffCommand } from './buffer-bakeoff.js';
import { conflictsCommand } from './buffer-conflicts.js';
import { curateGroup } from './buffer-curate.js';
import { duplicatesCommand } from './buffer-duplicates.js';
import { reselectCommand } from './buffer-reselect.js';

interface BufferOptions extends GlobalOptions {
  readonly adapter?: string;
}

interface StatsOptions extends BufferOptions {
  readonly task?: string;
}

interface ListOptions extends StatsOptions {
  readonly label?: string;
  readonly domain?: string;
  readonly contains?: string;
  readonly state: string;
  readonly limit: number;
}

export function bufferCommand(surroundings: Surroundings): Command {
  const group = newGroup('buffer', 'inspect the replay buffer, and choose its members anew');
  const leaf = (name: string, description: string) =>
    newCommand(name, description).option('--adapter <name>', 'the adapter; default: the only one there is');
  group.addCommand(
    leaf('stats', 'how full it is, cell by cell (label x domain)')
      .option('--task <name>', 'of this task')
      .action((options: StatsOptions) => inReadingSession(options, surroundings, (session) => stats(session, options))),
  );
  group.addCommand(
    leaf('list', 'its examples')
      .option('--task <name>', 'of this task')
      .option('--label <label>', 'with this label')
      .option('--domain <domain>', 'from this domain')
      .option('--contains <text>', 'whose text contains this')
      .option('--state <state>', membershipStates.join(', '), 'member')
      .option('--limit <n>', 'at most so many', wholeNumber, 20)
      .action((options: ListOptions) => inReadingSession(options, surroundings, (session) => list(session, options))),
  );
  group.addCommand(
    leaf('show', 'one example, whole')
      .argument('<id>', 'the example', wholeNumber)
      .action((id: number, options: BufferOptions) =>
        inReadingSession(options, surroundings, (session) => show(session, id, options)),
      ),
  );
  group.addCommand(
    leaf('why', 'which rule let an example in, or put it out')
      .argument('<id>', 'the example', wholeNumber)
      .action((id: number, options: BufferOptions) =>
        inReadingSession(options, surroundings, (session) => why(session, id, options)),
      ),
  );
  for (const command of curateGroup(surroundings)) group.addCommand(command);
  group.addCommand(duplicatesCommand(surroundings));
  group.addCommand(conflictsCommand(surroundings));
  group.addCommand(reselectCommand(surroundings));
  group.addCommand(bakeoffCommand(surroundings));
  return group;
}

async function stats(session: Session, options: StatsOptions): Promise<void> {
  const { output } = session;
  const { declaration, task } = await asked(session, options);
  const found = await readBufferStats(session, declaration.name, task);
  output.result(found, () => renderStats(found, task, tasksShown(declaration), output));
}

function renderStats(
  { adapter, budget, members, bytes, cells }: BufferStats,
  task: string | undefined,
  ofTask: TasksShown,
  { colours }: Output,
): string {
  const limit =
    'bytes' in budget
      ? `${bytesInWords(bytes)} of ${bytesInWords(budget.bytes)}`
      : `${members} of ${budget.examples} examples`;
  const head = `${adapter}${task === undefined ? '' : `, ${task}`}: ${limit}, ${cells.length} cells`;
  if (cells.length === 0) return `${head}\nNothing yet: a candidate's examples are offered when it is approved.`;
  const columns = [
    ...ofTask({ title: 'task' }),
    { title: 'domain' },
    { title: 'label' },
    { title: 'members', align: 'right' },
    { title: 'evicted', align: 'right' },
    { title: 'declined', align: 'right' },
    { title: '' },
  ] as const;
  const largest = Math.max(1, largestOf(cells.map((cell) => cell.members)));
  const rows = cells.map((cell) => [
    ...ofTask(clip(cell.task, 12)),
    clip(cell.domain, 20),
    clip(cell.label, 26),
    String(cell.members),
    String(cell.evicted),
    String(cell.declined),
    colours.cyan('■'.repeat(Math.round((cell.members / largest) * 12))),
  ]);
  return `${head}\n\n${tableOf(columns, rows, colours)}`;
}

async function list(session: Session, options: ListOptions): Promise<void> {
  const { output } = session;
  const { declaration, task } = await asked(session, options);
  const { label, domain, contains, limit } = options;
  const found = await listBuffered(session, declaration.name, {
    state: stateNamed(options.state),
    task,
    label,
    domain,
    contains,
    limit,
  });
  output.result(found, () => renderList(found, declaration, output));
}

function renderList(
  found: readonly BufferedExample[],
  declaration: AdapterDeclaration,
  { colours, width }: Output,
): string {
  if (found.length === 0) return 'No example fits.';
  const ofTask = tasksShown(declaration);
  const columns = [
    { title: 'id', align: 'right' },
    ...ofTask({ title: 'task' }),
    { title: 'domain' },
    { title: 'label' },
    { title: 'text' },
  ] as const;
  const rows = found.map((example) => [
    String(example.id),
    ...ofTask(clip(example.task, 12)),
    clip(example.domain, 12),
    clip(example.label, 22),
    clip(example.text, width - (declaration.tasks.length === 1 ? 48 : 63)),
  ]);
  return tableOf(columns, rows, colours);
}

/** @throws USAGE */
function stateNamed(name: string): MembershipState {
  const state = membershipStates.find((known) => known === name);
  if (state) return state;
  throw new EspalierError('USAGE', `--state is ${membershipStates.join(', ')}, not \`${name}\``);
}

/** @throws ADAPTER_NOT_FOUND, TASK_UNKNOWN */
async function asked({ workspace }: Session, { adapter, task }: StatsOptions) {
  const declaration = await readDeclaration(workspace, adapter ?? (await onlyAdapter(workspace)));
  return { declaration, task: task === undefined ? undefined : taskNamed(declaration, task).name };
}

type TasksShown = <T>(shown: T) => T[];

/** A column of tasks, where there are several. */
function tasksShown({ tasks }: AdapterDeclaration): TasksShown {
  return (shown) => (tasks.length === 1 ? [] : [shown]);
}

async function show(session: Session, id: number, options: BufferOptions): Promise<void> {
  const { declaration } = await asked(session, options);
  const sheet = await readBufferSheet(session, declaration.name, id);
  session.output.result(sheet, () => {
    const { provenance, membership } = sheet;
    const facts = [
      ['text', clip(sheet.text, 2000)],
      ...tasksShown(declaration)(['task', sheet.task]),
      ['label', clip(sheet.label, 200)],
      ['domain', clip(sheet.domain, 200)],
      ['source', clip(sheet.source, 200)],
      ['received', sheet.receivedAt],
      ['from', clip(`${provenance.file}, line ${provenance.line}`, 200)],
      ['split', sheet.split],
      ['buffer', membership?.state ?? 'not offered yet'],
    ];
    return facts.map(([name, value]) => `${name!.padEnd(9)} ${value}`).join('\n');
  });
}

async function why(session: Session, id: number, options: BufferOptions): Promise<void> {
  const { declaration } = await asked(session, options);
  const { sheet, ...found } = await explainMembership(session, declaration.name, id);
  session.output.result(found, () => {
    const { membership } = sheet;
    const rule = membership
      ? `\nrule      ${membership.policy}, ${scoreOf(membership)}, since ${membership.since}`
      : '';
    return `example   ${id}: ${clip(sheet.text, 60)}\nreason    ${clip(found.reason, 400)}${rule}`;
  });
}

/** "draw 0.0123": the number by which the policy decided, under its own name for it. */
function scoreOf({ policy, score }: Membership): string {
  const named = allPolicies().find(({ name }) => name === policy);
  return `${named?.score ?? 'score'} ${Number.isInteger(score) ? score : score.toFixed(4)}`;
}
