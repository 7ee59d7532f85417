import type { Command } from 'commander';
import { EspalierError } from '../../core/errors.js';
import { jsonOf } from '../../core/text.js';
import { onlyAdapter } from '../../declaration/workspace.js';
import { exportExamples } from '../../library/examples.js';
import type { Split } from '../../store/examples.js';
import { type GlobalOptions, inSession, newCommand, newGroup, type Session, type Surroundings } from '../session.js';

interface ExportOptions extends GlobalOptions {
  readonly adapter?: string;
  readonly task?: string;
  readonly domain?: string;
  readonly split?: string;
}

const splits: readonly Split[] = ['train', 'holdout'];

export function examplesCommand(surroundings: Surroundings): Command {
  const group = newGroup('examples', 'what was taken in');
  group.addCommand(
    newCommand('export', 'print every example as JSON lines, in order of arrival')
      .option('--adapter <name>', 'default: the only one there is')
      .option('--task <name>', 'of this task only')
      .option('--domain <name>', 'of this domain only')
      .option('--split <split>', `of this side only: ${splits.join(' or ')}`)
      .action((options: ExportOptions) =>
        inSession(options, surroundings, (session) => printExamples(session, options, surroundings.stdout)),
      ),
  );
  return group;
}

/** JSON lines with and without --json: `ingest` reads them again. */
async function printExamples(session: Session, options: ExportOptions, stdout: NodeJS.WriteStream): Promise<void> {
  const { task, domain } = options;
  const split = splitNamed(options.split);
  const adapter = options.adapter ?? (await onlyAdapter(session.workspace));
  for await (const row of exportExamples(session, adapter, { task, domain, split })) {
    if (!stdout.write(`${jsonOf(row)}\n`)) await drained(stdout);
  }
}

/** @throws USAGE */
function splitNamed(name: string | undefined): Split | undefined {
  const split = splits.find((one) => one === name);
  if (name === undefined || split) return split;
  throw new EspalierError('USAGE', `--split is ${splits.join(' or ')}, not \`${name}\``);
}

const drained = (stdout: NodeJS.WriteStream) => new Promise<void>((resolve) => stdout.once('drain', resolve));
