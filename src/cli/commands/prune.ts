import type { Command } from 'commander';
import { type PruneCall, pruneWorkspace } from '../../library/upkeep.js';
import type { Pruning } from '../../upkeep/prune.js';
import { megabytes } from '../megabytes.js';
import { tableOf } from '../output.js';
import {
  type GlobalOptions,
  inReadingSession,
  inSession,
  newCommand,
  type Session,
  type Surroundings,
  wholeNumber,
} from '../session.js';

type PruneOptions = GlobalOptions & PruneCall;

export function pruneCommand(surroundings: Surroundings): Command {
  return newCommand('prune', 'remove old versions, and what nothing uses any longer')
    .option('--dry-run', 'only say what would go')
    .option('--keep <n>', 'the newest versions of each adapter that stay, beside those that are needed', wholeNumber, 5)
    .option('--rejects-days <n>', 'files of rejected rows stay for so many days', wholeNumber, 90)
    .action((options: PruneOptions) =>
      (options.dryRun ? inReadingSession : inSession)(options, surroundings, (session) => prune(session, options)),
    );
}

async function prune(session: Session, options: PruneOptions): Promise<void> {
  const done = await pruneWorkspace(session, options);
  session.output.result(done, () => render(session, done));
}

function render({ output: { colours } }: Session, { dryRun, pruned, bytes }: Pruning): string {
  if (pruned.length === 0) return 'Nothing can go.';
  const columns = [{ title: 'adapter' }, { title: 'what' }, { title: 'size', align: 'right' }] as const;
  const rows = pruned.map(({ adapter, what, bytes: size }) => [adapter ?? '-', what, megabytes(size)]);
  const total = `${megabytes(bytes)} in all`;
  return [tableOf(columns, rows, colours), dryRun ? `${total}; nothing was removed` : `${total}; removed`].join('\n');
}
