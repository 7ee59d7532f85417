import { resolve } from 'node:path';
import type { Command } from 'commander';
import { printable } from '../../core/text.js';
import { backUpWorkspace } from '../../library/upkeep.js';
import { megabytes } from '../megabytes.js';
import { type GlobalOptions, inReadingSession, newCommand, type Session, type Surroundings } from '../session.js';

export function backupCommand(surroundings: Surroundings): Command {
  return newCommand('backup', 'write the database, the versions, declarations and suites into one file')
    .argument('<file>', 'a new file; it is a tar')
    .action((file: string, options: GlobalOptions) =>
      inReadingSession(options, surroundings, (session) => backup(session, resolve(surroundings.workingFolder, file))),
    );
}

async function backup(session: Session, file: string): Promise<void> {
  const made = await backUpWorkspace(session, file);
  session.output.result(made, () =>
    [
      `${made.file}: ${megabytes(made.bytes)}, ${made.files} files, ${made.versions.length} versions`,
      ...made.missing.map(({ adapter, version, why }) => `without version ${version} of ${adapter}: ${printable(why)}`),
      'It holds texts: only its owner can read it. `espalier restore` makes a workspace of it, in a folder of its own.',
    ].join('\n'),
  );
}
