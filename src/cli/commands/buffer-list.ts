import type { Command } from 'commander';
import { listBuffered } from '../../library/buffer.js';
import { requireLimit } from '../../library/example-query.js';
import { queryOf } from '../example-filters.js';
import { askedAdapter, type ListOptions, newListCommand, tellExamples } from '../list-examples.js';
import { inReadingSession, type Session, type Surroundings } from '../session.js';

export function listCommand(surroundings: Surroundings): Command {
  return newListCommand('its examples', 'member').action((options: ListOptions) =>
    inReadingSession(options, surroundings, (session) => list(session, options)),
  );
}

async function list(session: Session, options: ListOptions): Promise<void> {
  const { limit, after } = options;
  requireLimit(limit);
  const declaration = await askedAdapter(session, options);
  const found = await listBuffered(session, declaration.name, { ...queryOf(options), after, limit: limit + 1 });
  tellExamples(session, declaration, { found, limit });
}
