import type { Command } from 'commander';
import { rollBackTo } from '../../library/candidates.js';
import { type GlobalOptions, inSession, newCommand, type Session, type Surroundings, wholeNumber } from '../session.js';

interface RollbackOptions extends GlobalOptions {
  readonly to?: number;
  readonly reason: string;
}

export function rollbackCommand(surroundings: Surroundings): Command {
  return newCommand('rollback', 'let an earlier version serve again')
    .argument('<adapter>', 'the adapter')
    .requiredOption('--reason <text>', 'why; kept for ever')
    .option('--to <version>', 'default: the champion before this one', wholeNumber)
    .action((adapter: string, options: RollbackOptions) =>
      inSession(options, surroundings, (session) => rollback(session, adapter, options)),
    );
}

async function rollback(session: Session, adapter: string, options: RollbackOptions): Promise<void> {
  const done = await rollBackTo(session, adapter, options);
  session.output.result(done, () => `${adapter} is back at version ${done.to}; version ${done.from} stays on disk`);
}
