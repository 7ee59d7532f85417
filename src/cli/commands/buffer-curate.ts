import type { Command } from 'commander';
import { clip } from '../../core/text.js';
import { onlyAdapter } from '../../declaration/workspace.js';
import { type Curation, curate, readEdits, undo } from '../../library/curate.js';
import type { Edit } from '../../store/edits.js';
import { type EditOptions, noteAfterEdit, renderEdit, withEditOptions } from '../edit-report.js';
import { type ChoiceOptions, choiceOf, withChoice } from '../example-filters.js';
import { type Output, tableOf } from '../output.js';
import {
  type GlobalOptions,
  inReadingSession,
  inSession,
  newCommand,
  type Session,
  type Surroundings,
  wholeNumber,
} from '../session.js';

interface CurateOptions extends EditOptions, ChoiceOptions {
  readonly weight?: string;
  readonly note?: string;
  readonly to?: readonly string[];
}

interface CurateCommand {
  readonly name: string;
  readonly description: string;
  readonly options?: (command: Command) => Command;
  readonly curation: (options: CurateOptions) => Curation;
}

const curateCommands: readonly CurateCommand[] = [
  {
    name: 'pin',
    description: 'keep examples in the buffer, whatever its policy would choose',
    curation: () => ({ act: 'pin' }),
  },
  { name: 'unpin', description: 'let the policy choose again', curation: () => ({ act: 'unpin' }) },
  {
    name: 'quarantine',
    description: 'set examples apart: they are neither trained on, nor replayed, nor asked',
    curation: () => ({ act: 'quarantine' }),
  },
  { name: 'release', description: 'take examples out of quarantine', curation: () => ({ act: 'release' }) },
  {
    name: 'weigh',
    description: 'let examples count more, or less',
    options: (command) => command.requiredOption('--weight <number>', 'a multiple of 0.25 from 0.25 to 16; 1 is usual'),
    curation: ({ weight }) => ({ act: 'weigh', weight: Number(weight) }),
  },
  {
    name: 'note',
    description: 'write a note on examples',
    options: (command) => command.option('--note <text>', 'the note; without it notes are taken away'),
    curation: ({ note = null }) => ({ act: 'note', note }),
  },
  {
    name: 'relabel',
    description: 'mend the label of examples',
    options: (command) =>
      command.requiredOption('--to <label...>', 'the label they get; of a multi-label task all of them'),
    curation: ({ to = [] }) => ({ act: 'relabel', label: to.length === 1 ? to[0]! : to }),
  },
];

/** pin, unpin, quarantine and so on; then what was done, and how it is taken back. */
export function curateGroup(surroundings: Surroundings): Command[] {
  const acts = curateCommands.map(({ name, description, options = (command) => command, curation }) =>
    withChoice(options(withEditOptions(newCommand(name, description)))).action((ids: string[], given: CurateOptions) =>
      withinEdit(given, surroundings, async (session) => {
        const asked = { ...curation(given), of: choiceOf(ids, given) };
        const done = await curate(session, await adapterOf(session, given), asked, given);
        session.output.result(done, () => renderEdit(done, session.output));
        noteAfterEdit(done, session.output);
      }),
    ),
  );
  return [...acts, undoCommand(surroundings), editsCommand(surroundings)];
}

/** A dry run opens the workspace for reading alone. */
export function withinEdit(
  options: EditOptions,
  surroundings: Surroundings,
  work: (session: Session) => Promise<void>,
): Promise<void> {
  return (options.dryRun ? inReadingSession : inSession)(options, surroundings, work);
}

export const adapterOf = async ({ workspace }: Session, { adapter }: { readonly adapter?: string | undefined }) =>
  adapter ?? (await onlyAdapter(workspace));

function undoCommand(surroundings: Surroundings): Command {
  return withEditOptions(newCommand('undo', 'take an edit back, if nothing has changed since'))
    .argument('<edit>', 'its number', wholeNumber)
    .action((edit: number, options: EditOptions) =>
      withinEdit(options, surroundings, async (session) => {
        const done = await undo(session, await adapterOf(session, options), edit, options);
        session.output.result(done, () => renderEdit(done, session.output));
      }),
    );
}

interface EditsOptions extends GlobalOptions {
  readonly adapter?: string;
  readonly limit: number;
}

function editsCommand(surroundings: Surroundings): Command {
  return newCommand('edits', 'what was changed of examples, the newest first')
    .option('--adapter <name>', 'the adapter; default: the only one there is')
    .option('--limit <n>', 'at most so many', wholeNumber, 20)
    .action((options: EditsOptions) =>
      inReadingSession(options, surroundings, async (session) => {
        const edits = await readEdits(session, await adapterOf(session, options), options);
        session.output.result(edits, () => renderEdits(edits, session.output));
      }),
    );
}

function renderEdits(edits: readonly Edit[], { colours, width }: Output): string {
  if (edits.length === 0) return 'Nothing was ever changed.';
  const columns = [
    { title: 'edit', align: 'right' },
    { title: 'at' },
    { title: 'by' },
    { title: 'examples', align: 'right' },
    { title: 'what, and why' },
  ] as const;
  const rows = edits.map(({ id, at, actor, examples, summary, reason, undoneBy }) => [
    String(id),
    at.slice(0, 16).replace('T', ' '),
    clip(actor, 10),
    String(examples),
    `${clip(summary, width - 48)}${undoneBy === null ? '' : ` (undone by ${undoneBy})`}\n${colours.dim(clip(reason, width - 48))}`,
  ]);
  return tableOf(columns, rows, colours);
}
