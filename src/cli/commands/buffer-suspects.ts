import type { Command } from 'commander';
import { listSuspects } from '../../library/suspects.js';
import { type FilterOptions, queryOf, withFilters } from '../example-filters.js';
import { type AdapterOptions, askedAdapter } from '../list-examples.js';
import { inSession, newCommand, type Session, type Surroundings, wholeNumber } from '../session.js';
import { renderSuspects } from '../terminal/suspects.js';

interface SuspectOptions extends AdapterOptions, FilterOptions {
  readonly limit: number;
}

export function suspectsCommand(surroundings: Surroundings): Command {
  const command = newCommand('suspects', 'learned examples whose labels are probably wrong, to review').option(
    '--adapter <name>',
    'the adapter; default: the only one there is',
  );
  return withFilters(command, 'any')
    .option('--limit <n>', 'at most so many', wholeNumber, 20)
    .action((options: SuspectOptions) => inSession(options, surroundings, (session) => suspects(session, options)));
}

async function suspects(session: Session, options: SuspectOptions): Promise<void> {
  const { output } = session;
  const declaration = await askedAdapter(session, options);
  const found = await listSuspects(session, declaration.name, { ...queryOf(options), limit: options.limit });
  output.result(found, () => renderSuspects(found, declaration, output));
}
