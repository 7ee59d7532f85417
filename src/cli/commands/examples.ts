import type { Command } from 'commander';
import { requireLimit } from '../../library/example-query.js';
import { listStored } from '../../library/examples.js';
import { tableOfExamples } from '../../library/export-rows.js';
import { queryOf } from '../example-filters.js';
import { type ExportOptions, exportRows, newExportCommand } from '../export-rows.js';
import { askedAdapter, type ListOptions, newListCommand, tellExamples } from '../list-examples.js';
import { inReadingSession, newGroup, type Session, type Surroundings } from '../session.js';

export function examplesCommand(surroundings: Surroundings): Command {
  const group = newGroup('examples', 'what was taken in');
  group.addCommand(
    newListCommand('examples, in order of arrival', 'any').action((options: ListOptions) =>
      inReadingSession(options, surroundings, (session) => list(session, options)),
    ),
  );
  group.addCommand(
    newExportCommand('print every example as JSON lines, in order of arrival', 'any').action((options: ExportOptions) =>
      inReadingSession(options, surroundings, async (session) => {
        const { name } = await askedAdapter(session, options);
        const table = await tableOfExamples(session, name, queryOf(options));
        await exportRows(session, table, { ...options, ...surroundings });
      }),
    ),
  );
  return group;
}

async function list(session: Session, options: ListOptions): Promise<void> {
  const { limit, after } = options;
  requireLimit(limit);
  const declaration = await askedAdapter(session, options);
  const found = await listStored(session, declaration.name, { ...queryOf(options), after, limit: limit + 1 });
  tellExamples(session, declaration, { found, limit });
}
