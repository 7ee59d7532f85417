import type { Command } from 'commander';
import { reportCoverage } from '../../library/coverage.js';
import { type AdapterOptions, askedAdapter } from '../list-examples.js';
import { inSession, newCommand, type Session, type Surroundings } from '../session.js';
import { renderCoverage } from '../terminal/coverage.js';

interface CoverageOptions extends AdapterOptions {
  readonly task?: string;
}

export function coverageCommand(surroundings: Surroundings): Command {
  return newCommand('coverage', 'a map of what is stored, and which regions of it the buffer covers')
    .option('--adapter <name>', 'the adapter; default: the only one there is')
    .option('--task <name>', 'of this task; default: all, each on its own')
    .action((options: CoverageOptions) => inSession(options, surroundings, (session) => coverage(session, options)));
}

async function coverage(session: Session, options: CoverageOptions): Promise<void> {
  const { output } = session;
  const { name, tasks } = await askedAdapter(session, options);
  const report = await reportCoverage(session, name, { task: options.task, columns: output.width - 4 });
  output.result(report, () => renderCoverage(report, tasks.length > 1, output));
}
