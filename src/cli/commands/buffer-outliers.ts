import type { Command } from 'commander';
import { clip } from '../../core/text.js';
import type { AdapterDeclaration } from '../../declaration/declaration.js';
import { listOutliers, type OutlierListing } from '../../library/outliers.js';
import { type FilterOptions, queryOf, withFilters } from '../example-filters.js';
import { type AdapterOptions, askedAdapter } from '../list-examples.js';
import { type Output, tableOf } from '../output.js';
import { inSession, newCommand, type Session, type Surroundings, wholeNumber } from '../session.js';
import { tasksShown } from '../terminal/examples.js';

interface OutlierOptions extends AdapterOptions, FilterOptions {
  readonly limit: number;
}

export function outliersCommand(surroundings: Surroundings): Command {
  const command = newCommand('outliers', 'training examples far from everything of their label').option(
    '--adapter <name>',
    'the adapter; default: the only one there is',
  );
  return withFilters(command, 'any')
    .option('--limit <n>', 'at most so many', wholeNumber, 20)
    .action((options: OutlierOptions) => inSession(options, surroundings, (session) => outliers(session, options)));
}

async function outliers(session: Session, options: OutlierOptions): Promise<void> {
  const { output } = session;
  const declaration = await askedAdapter(session, options);
  const found = await listOutliers(session, declaration.name, { ...queryOf(options), limit: options.limit });
  output.result(found, () => renderOutliers(found, declaration, output));
}

function renderOutliers(found: OutlierListing, declaration: AdapterDeclaration, { colours, width }: Output): string {
  const { adapter, examples, tooFew, outliers: listed } = found;
  const few = tooFew > 0 ? `; ${tooFew} of labels with fewer than three are not ranked` : '';
  const head = `${colours.bold(clip(adapter, 48))}: ${examples} training examples, the farthest first${few}`;
  if (listed.length === 0) return head;
  const ofTask = tasksShown(declaration);
  const rows = listed.map(({ id, task, label, text, distance, usual }) => [
    ...[distance.toFixed(2), usual.toFixed(2), String(id)],
    ...ofTask(clip(task, 12)),
    ...[clip(label, 20), clip(text, width - 46 - ofTask(14).reduce((sum, own) => sum + own, 0))],
  ]);
  const right = (title: string) => ({ title, align: 'right' }) as const;
  const columns = [
    ...[right('distance'), right('usual'), right('id')],
    ...ofTask({ title: 'task' }),
    ...[{ title: 'label' }, { title: 'text' }],
  ];
  return `${head}\n\n${tableOf(columns, rows, colours)}`;
}
