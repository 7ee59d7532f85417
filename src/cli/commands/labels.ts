import type { Command } from 'commander';
import { clip } from '../../core/text.js';
import { readDeclaration } from '../../declaration/workspace.js';
import { readAnswersOf } from '../../library/answers-file.js';
import { changeLabels, type LabelChange, type LabelSummary, listLabels } from '../../library/labels.js';
import { type EditOptions, noteAfterEdit, renderEdit, withEditOptions } from '../edit-report.js';
import { type Output, tableOf } from '../output.js';
import { inReadingSession, newCommand, newGroup, type Session, type Surroundings } from '../session.js';
import { adapterOf, withinEdit } from './buffer-curate.js';

interface LabelOptions extends EditOptions {
  readonly task?: string;
}

export function labelsCommand(surroundings: Surroundings): Command {
  const group = newGroup('labels', 'list the labels of an adapter, and change them');
  const change = (name: string, description: string) =>
    withEditOptions(newCommand(name, description)).option('--task <name>', 'the task; default: the only one there is');
  group.addCommand(
    newCommand('list', 'labels, and the number of examples that have each')
      .option('--adapter <name>', 'the adapter; default: the only one there is')
      .option('--task <name>', 'of this task')
      .action((options: LabelOptions) => inReadingSession(options, surroundings, (session) => list(session, options))),
  );
  const edit = (options: LabelOptions, changeIn: (session: Session) => Promise<LabelChange>) =>
    withinEdit(options, surroundings, async (session) => {
      const asked = { ...(await changeIn(session)), task: options.task };
      const done = await changeLabels(session, await adapterOf(session, options), asked, options);
      session.output.result(done, () => renderEdit(done, session.output));
      noteAfterEdit(done, session.output);
    });
  group.addCommand(
    change('rename', 'give a label another name; what learned it answers by the new one after the next update')
      .argument('<old>', 'its name')
      .argument('<new>', 'a name that no example has')
      .action((label: string, to: string, options: LabelOptions) =>
        edit(options, async () => ({ act: 'rename', label, to })),
      ),
  );
  group.addCommand(
    change('merge', 'make one label of several')
      .argument('<labels...>', 'their names')
      .requiredOption('--into <label>', 'the name they get: one of them, or a new one')
      .action((labels: string[], options: LabelOptions & { into: string }) =>
        edit(options, async () => ({ act: 'merge', labels, into: options.into })),
      ),
  );
  group.addCommand(
    change('split', 'give examples of a label new ones')
      .argument('<label>', 'its name')
      .requiredOption('--by <file>', 'rows with the id or the text of an example, and its new label')
      .action((label: string, options: LabelOptions & { by: string }) =>
        edit(options, async (session) => {
          const adapter = await adapterOf(session, options);
          return { act: 'split', label, answers: await readAnswersOf(session, adapter, options.by, options) };
        }),
      ),
  );
  group.addCommand(
    change('retire', 'end a label: its examples are quarantined, and it is not answered any more')
      .argument('<label>', 'its name')
      .action((label: string, options: LabelOptions) => edit(options, async () => ({ act: 'retire', label }))),
  );
  return group;
}

async function list(session: Session, options: LabelOptions): Promise<void> {
  const { workspace, output } = session;
  const { name, tasks } = await readDeclaration(workspace, await adapterOf(session, options));
  const found = await listLabels(session, name, options.task);
  output.result(found, () => renderLabels(found, tasks.length > 1, output));
}

function renderLabels(labels: readonly LabelSummary[], hasTasks: boolean, { colours, width }: Output): string {
  if (labels.length === 0) return 'No example has a label yet.';
  const ofTask = <T>(shown: T) => (hasTasks ? [shown] : []);
  const right = (title: string) => ({ title, align: 'right' as const });
  const columns = [
    ...ofTask({ title: 'task' }),
    { title: 'label' },
    ...['train', 'held out', 'quarantined', 'buffer'].map(right),
    { title: 'champion' },
  ];
  const rows = labels.map(({ task, label, train, heldOut, quarantined, buffered, champion }) => [
    ...ofTask(clip(task, 12)),
    clip(label, width - (hasTasks ? 68 : 54)),
    ...[train, heldOut, quarantined, buffered].map(String),
    champion ?? '',
  ]);
  return tableOf(columns, rows, colours);
}
