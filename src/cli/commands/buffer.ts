import type { Command } from 'commander';
import { EspalierError } from '../../core/errors.js';
import { bytesInWords } from '../../core/numbers.js';
import { largestOf } from '../../core/sequences.js';
import { clip } from '../../core/text.js';
import type { AdapterDeclaration } from '../../declaration/declaration.js';
import { taskNamed } from '../../declaration/tasks.js';
import { onlyAdapter, readDeclaration } from '../../declaration/workspace.js';
import { cellsByLabel } from '../../replay/cells.js';
import { replayPolicies } from '../../replay/policies.js';
import { findMembership, listBuffer, type Membership, type MembershipState, summariseBuffer } from '../../store/buffer.js';
import { findChampionVersion } from '../../store/candidates.js';
import { type Example, findExample } from '../../store/examples.js';
import { type LeftOutReason, readLearned } from '../../store/learned.js';
import { tableOf } from '../output.js';
import { type GlobalOptions, inReadingSession, newCommand, newGroup, type Session, type Surroundings, wholeNumber } from '../session.js';

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

const states: readonly MembershipState[] = ['member', 'evicted', 'declined'];

export function bufferCommand(surroundings: Surroundings): Command {
  const group = newGroup('buffer', 'inspect the replay buffer');
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
      .option('--state <state>', states.join(', '), 'member')
      .option('--limit <n>', 'at most so many', wholeNumber, 20)
      .action((options: ListOptions) => inReadingSession(options, surroundings, (session) => list(session, options))),
  );
  group.addCommand(
    leaf('show', 'one example, whole')
      .argument('<id>', 'the example', wholeNumber)
      .action((id: number, options: BufferOptions) => inReadingSession(options, surroundings, (session) => show(session, id, options))),
  );
  group.addCommand(
    leaf('why', 'which rule let an example in, or put it out')
      .argument('<id>', 'the example', wholeNumber)
      .action((id: number, options: BufferOptions) => inReadingSession(options, surroundings, (session) => why(session, id, options))),
  );
  return group;
}

async function stats({ workspace, store, output }: Session, options: StatsOptions): Promise<void> {
  const declaration = await readDeclaration(workspace, options.adapter ?? (await onlyAdapter(workspace)));
  const { name: adapter, buffer: budget } = declaration;
  const task = taskAsked(declaration, options);
  const held = await summariseBuffer(store, adapter, task);
  const cells = cellsByLabel(declaration.tasks, held);
  const ofTask = tasksShown(declaration);
  const members = held.reduce((sum, cell) => sum + cell.members, 0);
  const bytes = held.reduce((sum, cell) => sum + cell.bytes, 0);
  output.result({ adapter, budget, members, bytes, cells }, () => {
    const limit =
      'bytes' in budget ? `${bytesInWords(bytes)} of ${bytesInWords(budget.bytes)}` : `${members} of ${budget.examples} examples`;
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
      output.colours.cyan('■'.repeat(Math.round((cell.members / largest) * 12))),
    ]);
    return `${head}\n\n${tableOf(columns, rows, output.colours)}`;
  });
}

async function list({ workspace, store, output }: Session, options: ListOptions): Promise<void> {
  const declaration = await readDeclaration(workspace, options.adapter ?? (await onlyAdapter(workspace)));
  const [task, ofTask] = [taskAsked(declaration, options), tasksShown(declaration)];
  if (!states.includes(options.state as MembershipState))
    throw new EspalierError('USAGE', `--state is ${states.join(', ')}, not \`${options.state}\``);
  const { label, domain, contains, limit } = options;
  const filter = { state: options.state as MembershipState, task, label, domain, contains, limit };
  const found = await listBuffer(store.queries, declaration.name, filter);
  output.result(found, () => {
    if (found.length === 0) return 'No example fits.';
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
      clip(example.text, output.width - (declaration.tasks.length === 1 ? 48 : 63)),
    ]);
    return tableOf(columns, rows, output.colours);
  });
}

/** @throws TASK_UNKNOWN */
function taskAsked(declaration: AdapterDeclaration, { task }: StatsOptions): string | undefined {
  return task === undefined ? undefined : taskNamed(declaration, task).name;
}

/** What a table says of tasks, where there are several. */
function tasksShown({ tasks }: AdapterDeclaration) {
  return <T>(shown: T): T[] => (tasks.length === 1 ? [] : [shown]);
}

async function show(session: Session, id: number, options: BufferOptions): Promise<void> {
  const { example, membership, declaration } = await find(session, id, options);
  const ofTask = tasksShown(declaration);
  session.output.result({ ...example, membership: membership ?? null }, () => {
    const { provenance } = example;
    const facts = [
      ['text', clip(example.text, 2000)],
      ...ofTask(['task', example.task]),
      ['label', clip(example.label, 200)],
      ['domain', clip(example.domain, 200)],
      ['source', clip(example.source, 200)],
      ['received', example.receivedAt],
      ['from', clip(`${provenance.file}, line ${provenance.line}`, 200)],
      ['split', example.split],
      ['buffer', membership?.state ?? 'not offered yet'],
    ];
    return facts.map(([name, value]) => `${name!.padEnd(9)} ${value}`).join('\n');
  });
}

async function why(session: Session, id: number, options: BufferOptions): Promise<void> {
  const { example, membership, declaration } = await find(session, id, options);
  const explanation = membership?.reason ?? (await explainAbsence(session, example, declaration.name));
  session.output.result(
    { id, state: membership?.state ?? null, policy: membership?.policy ?? null, score: membership?.score ?? null, reason: explanation },
    () => {
      const rule = membership ? `\nrule      ${membership.policy}, ${scoreOf(membership)}, since ${membership.since}` : '';
      return `example   ${id}: ${clip(example.text, 60)}\nreason    ${clip(explanation, 400)}${rule}`;
    },
  );
}

/** "draw 0.0123": the number by which the policy decided, under its own name for it. */
function scoreOf({ policy, score }: Membership): string {
  const named = replayPolicies.find(({ name }) => name === policy);
  return `${named?.score ?? 'score'} ${Number.isInteger(score) ? score : score.toFixed(4)}`;
}

/** Why an example was never offered to the buffer. */
async function explainAbsence({ store }: Session, example: Example, adapter: string): Promise<string> {
  if (example.split === 'holdout') return 'held out for evaluation: it is never trained on, so it is never replayed';
  const champion = await findChampionVersion(store.queries, adapter);
  const { leftOut } = await readLearned(store.queries, { adapter, version: champion });
  const reason = leftOut.get(example.id);
  if (reason !== undefined) return `version ${champion} has not learned it: ${reasonsLeftOut[reason]}`;
  return 'no champion has learned it yet: it is offered when a candidate trained on it is approved';
}

const reasonsLeftOut: Readonly<Record<LeftOutReason, string>> = {
  leaked: 'an eval suite had its text',
  unreadable: 'the encoder could not turn it into a vector',
};

async function find(
  { workspace, store }: Session,
  id: number,
  options: BufferOptions,
): Promise<{ example: Example; membership: Membership | undefined; declaration: AdapterDeclaration }> {
  const declaration = await readDeclaration(workspace, options.adapter ?? (await onlyAdapter(workspace)));
  const adapter = declaration.name;
  const example = await findExample(store.queries, adapter, id);
  if (!example) throw new EspalierError('EXAMPLE_NOT_FOUND', `${adapter} has no example ${id}`);
  return { example, membership: await findMembership(store.queries, adapter, id), declaration };
}
