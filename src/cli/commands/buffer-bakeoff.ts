import type { Command } from 'commander';
import { onlyAdapter } from '../../declaration/workspace.js';
import { bakeOffOn } from '../../library/bakeoff.js';
import {
  type GlobalOptions,
  inSession,
  namesIn,
  newCommand,
  type Session,
  type Surroundings,
  wholeNumber,
} from '../session.js';
import { renderBakeoff } from '../terminal/bakeoff.js';

interface BakeoffOptions extends GlobalOptions {
  readonly adapter?: string;
  readonly policies?: readonly string[];
  readonly budgets?: readonly number[];
  readonly strategy: string;
  readonly seeds: number;
}

export function bakeoffCommand(surroundings: Surroundings): Command {
  return newCommand('bakeoff', "play every policy on the adapter's own stream, and see which remembers best")
    .option('--adapter <name>', 'the adapter; default: the only one there is')
    .option('--policies <a,b>', 'only these; default: all', namesIn)
    .option(
      '--budgets <n,n>',
      'examples in the buffer; default: a third of the declared budget, and the whole',
      (list) => namesIn(list).map(wholeNumber),
    )
    .option('--strategy <name>', 'one that replays', 'er-ace')
    .option('--seeds <n>', 'how often each play is repeated, 2 to 10', wholeNumber, 3)
    .action((options: BakeoffOptions) => inSession(options, surroundings, (session) => runBakeoff(session, options)));
}

async function runBakeoff(session: Session, { adapter, ...settings }: BakeoffOptions): Promise<void> {
  const { workspace, output } = session;
  const bakeoff = await bakeOffOn(session, adapter ?? (await onlyAdapter(workspace)), settings);
  output.result(bakeoff, () => renderBakeoff(bakeoff, output));
}
