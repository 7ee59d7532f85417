import { resolve } from 'node:path';
import type { Command } from 'commander';
import { isServer } from '../../declaration/database-location.js';
import { copyStoreTo, type StoreCopy } from '../../library/copy-store.js';
import { type Reindexed, reindexStore } from '../../library/reindex-store.js';

import { tableOf } from '../output.js';
import { type GlobalOptions, inSession, newCommand, newGroup, type Session, type Surroundings } from '../session.js';

interface CopyOptions extends GlobalOptions {
  readonly to: string;
}

export function storeCommand(surroundings: Surroundings): Command {
  const group = newGroup('store', 'the database of the workspace');
  group.addCommand(
    newCommand('copy', 'copy it to another place, row for row, and compare')
      .requiredOption('--to <place>', 'a new or empty database: a file, or postgres://user@host/database')
      .action((options: CopyOptions) =>
        inSession(options, surroundings, (session) => copy(session, options.to, surroundings.workingFolder)),
      ),
  );
  group.addCommand(
    newCommand('reindex', 'make the full-text index and the counts of the buffer again from the rows').action(
      (options: GlobalOptions) =>
        inSession(options, surroundings, async (session) => {
          const done = await reindexStore(session);
          session.output.result(done, () => wordsOf(done));
        }),
    ),
  );
  return group;
}

function wordsOf({ indexed, missing, surplus, wrongCells }: Reindexed): string {
  const index =
    indexed === null
      ? 'The server keeps the full-text index itself.'
      : `${indexed} texts are indexed; ${missing} were missing, and ${surplus} were of examples that are gone.`;
  return `${index}\nThe counts of ${wrongCells} cells of the buffer were wrong.`;
}

async function copy(session: Session, to: string, workingFolder: string): Promise<void> {
  const copied = await copyStoreTo(session, isServer(to) ? to : resolve(workingFolder, to));
  session.output.result(copied, () => render(session, copied));
}

function render({ output: { colours }, workspace }: Session, { from, to, tables }: StoreCopy): string {
  const filled = tables.filter(({ rows }) => rows > 0);
  const columns = [{ title: 'table' }, { title: 'rows', align: 'right' }] as const;
  return [
    tableOf(
      columns,
      filled.map(({ table, rows }) => [table, rows.toLocaleString('en')]),
      colours,
    ),
    `from ${from}`,
    `to   ${to}`,
    'Every row was read back and compared. The workspace goes on with its own database until it is told otherwise:',
    isServer(to)
      ? `  write \`database: ${to}\` into ${workspace.root}/espalier.yaml, or set ESPALIER_DATABASE_URL`
      : `  take \`database:\` out of ${workspace.root}/espalier.yaml, and put the file where replay-store/espalier.db is`,
  ].join('\n');
}
