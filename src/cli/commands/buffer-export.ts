import type { Command } from 'commander';
import { tableOfBuffer } from '../../library/export-rows.js';
import { queryOf } from '../example-filters.js';
import { type ExportOptions, exportRows, newExportCommand } from '../export-rows.js';
import { askedAdapter } from '../list-examples.js';
import { inReadingSession, type Surroundings } from '../session.js';

export function exportCommand(surroundings: Surroundings): Command {
  return newExportCommand('write its examples, in rows that ingest reads again', 'member').action(
    (options: ExportOptions) =>
      inReadingSession(options, surroundings, async (session) => {
        const { name } = await askedAdapter(session, options);
        const table = await tableOfBuffer(session, name, queryOf(options));
        await exportRows(session, table, { ...options, ...surroundings });
      }),
  );
}
