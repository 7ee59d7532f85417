import type { Command } from 'commander';
import { clip } from '../../core/text.js';
import type { AdapterDeclaration } from '../../declaration/declaration.js';
import { listSimilar, type SimilarListing } from '../../library/similar.js';
import { type FilterOptions, queryOf, withFilters } from '../example-filters.js';
import { type AdapterOptions, askedAdapter } from '../list-examples.js';
import { type Output, tableOf } from '../output.js';
import { inSession, newCommand, type Session, type Surroundings, wholeNumber } from '../session.js';
import { tasksShown } from '../terminal/examples.js';

interface SimilarOptions extends AdapterOptions, FilterOptions {
  readonly limit: number;
}

export function similarCommand(surroundings: Surroundings): Command {
  const command = newCommand('similar', 'the stored examples nearest to an example or a text, by their vectors')
    .argument('<id or text>', 'a number is that of an example')
    .option('--adapter <name>', 'the adapter; default: the only one there is');
  return withFilters(command, 'any')
    .option('--limit <n>', 'at most so many', wholeNumber, 10)
    .action((to: string, options: SimilarOptions) =>
      inSession(options, surroundings, (session) => similar(session, to, options)),
    );
}

async function similar(session: Session, words: string, options: SimilarOptions): Promise<void> {
  const { output } = session;
  const declaration = await askedAdapter(session, options);
  const to = /^\d+$/.test(words) ? Number(words) : words;
  const found = await listSimilar(session, declaration.name, { ...queryOf(options), to, limit: options.limit });
  output.result(found, () => renderSimilar(found, declaration, output));
}

function renderSimilar(found: SimilarListing, declaration: AdapterDeclaration, { colours, width }: Output): string {
  const { to, examples, signed, matches } = found;
  const what = to.id === null ? clip(to.text, width - 8) : `${to.id}: ${clip(to.text, width - 20)}`;
  const head = `nearest to ${colours.bold(what)}`;
  if (matches.length === 0) return `${head}\nNo example fits.`;
  const how = signed === 0 ? 'compared exactly' : `${signed} of them by signatures first`;
  const ofTask = tasksShown(declaration);
  const rows = matches.map(({ id, similarity, task, label, text }) => [
    ...[similarity.toFixed(3), String(id)],
    ...ofTask(clip(task, 12)),
    ...[clip(label, 20), clip(text, width - 38 - ofTask(14).reduce((sum, own) => sum + own, 0))],
  ]);
  const columns = [
    ...[{ title: 'cosine', align: 'right' } as const, { title: 'id', align: 'right' } as const],
    ...ofTask({ title: 'task' }),
    ...[{ title: 'label' }, { title: 'text' }],
  ];
  return `${head}\n${examples} examples, ${how}\n\n${tableOf(columns, rows, colours)}`;
}
