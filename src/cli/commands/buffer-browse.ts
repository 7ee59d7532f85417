import type { Command } from 'commander';
import { EspalierError } from '../../core/errors.js';
import type { Query } from '../browse/state.js';
import { type FilterOptions, queryOf, withFilters } from '../example-filters.js';
import { type AdapterOptions, askedAdapter } from '../list-examples.js';
import { inSession, newCommand, type Session, type Surroundings } from '../session.js';

type BrowseOptions = AdapterOptions & FilterOptions;

export function browseCommand(surroundings: Surroundings): Command {
  const command = newCommand('browse', 'look through its examples and curate them, with keys').option(
    '--adapter <name>',
    'the adapter; default: the only one there is',
  );
  return withFilters(command, 'member').action((options: BrowseOptions) => {
    requireTerminal(surroundings);
    return inSession(options, surroundings, (session) => open(session, options, surroundings));
  });
}

async function open(session: Session, options: BrowseOptions, surroundings: Surroundings): Promise<void> {
  const declaration = await askedAdapter(session, options);
  // Loading what draws it takes longer than most commands do.
  const { browse } = await import('../browse/browser.js');
  const clock = () => (options.at === undefined ? new Date() : session.now);
  const edits = await browse({ session, declaration, clock }, browsed(options), surroundings);
  session.output.result({ adapter: declaration.name, edits }, () =>
    edits.length === 0 ? 'Nothing was changed.' : `Edits of this session: ${edits.join(', ')}.`,
  );
}

/** All options as conditions, which the filter line shows. */
function browsed(options: FilterOptions): Query {
  const { search, contains, where = [], ...named } = queryOf(options);
  const equalities = Object.entries(named).flatMap(([field, value]) =>
    value === undefined ? [] : [`${field}=${String(value)}`],
  );
  return {
    where: [...equalities, ...(contains === undefined ? [] : [`text~${contains}`]), ...where],
    search,
    all: false,
  };
}

/** @throws TERMINAL_NEEDED */
function requireTerminal({ stdin, stdout }: Surroundings): void {
  if (stdin.isTTY && stdout.isTTY) return;
  throw new EspalierError('TERMINAL_NEEDED', 'standard input and standard output are not both a terminal');
}
