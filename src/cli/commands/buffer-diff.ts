import type { Command } from 'commander';
import { clip, wrap } from '../../core/text.js';
import { type BufferAtRun, type BufferDiff, compareBuffers } from '../../library/buffer-diff.js';
import { type AdapterOptions, askedAdapter } from '../list-examples.js';
import { type Output, tableOf } from '../output.js';
import { inReadingSession, newCommand, type Session, type Surroundings, wholeNumber } from '../session.js';

export function diffCommand(surroundings: Surroundings): Command {
  return newCommand('diff', 'which members came and went between two updates')
    .argument('<run1>', 'number of the first run', wholeNumber)
    .argument('<run2>', 'number of the second run', wholeNumber)
    .option('--adapter <name>', 'the adapter; default: the only one there is')
    .action((first: number, second: number, options: AdapterOptions) =>
      inReadingSession(options, surroundings, (session) => diff(session, [first, second], options)),
    );
}

async function diff(session: Session, runs: readonly [number, number], options: AdapterOptions): Promise<void> {
  const { name } = await askedAdapter(session, options);
  const found = await compareBuffers(session, name, runs);
  session.output.result(found, () => render(found, session.output));
}

/** Rows of the table; the others are told with --json. */
const mostChanges = 30;

function render(found: BufferDiff, output: Output): string {
  const { adapter, from, to, changes, acts } = found;
  const parts = [
    `${output.colours.bold(clip(adapter, 64))}: ${found.in} came in, ${found.out} went out`,
    `${sideOf(from)}\n${sideOf(to)}`,
    ...(from.exact && to.exact ? [] : [wrap(unknown, output.width)]),
    ...(acts.length === 0
      ? []
      : [acts.map(({ at, act, actor, subject }) => `${at}  ${act} of ${subject} by ${clip(actor, 30)}`).join('\n')]),
    ...(changes.length === 0 ? [] : [tableOfChanges(found, output)]),
  ];
  return parts.join('\n\n');
}

const sideOf = ({ run, startedAt, members, exact }: BufferAtRun) =>
  `run ${run}, ${startedAt}: ${exact ? '' : 'about '}${members} members`;

const unknown =
  'The store keeps only the last change of each example. Where one changed again after the second run, what it was before is not known.';

function tableOfChanges({ changes }: BufferDiff, { colours, width }: Output): string {
  const columns = [{ title: '' }, { title: 'id', align: 'right' }, { title: 'label' }, { title: 'why' }] as const;
  const rows = changes
    .slice(0, mostChanges)
    .map(({ change, id, label, reason }) => [
      change,
      String(id),
      clip(label, 22),
      clip(reason ?? 'a later change has replaced the reason', width - 40),
    ]);
  const more = changes.length > mostChanges ? `\nand ${changes.length - mostChanges} more` : '';
  return `${tableOf(columns, rows, colours)}${more}`;
}
