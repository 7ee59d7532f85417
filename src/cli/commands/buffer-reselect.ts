import type { Command } from 'commander';
import { clip, wrap } from '../../core/text.js';
import { onlyAdapter, readDeclaration } from '../../declaration/workspace.js';
import { type Reselection, reselectBuffer } from '../../library/reselect.js';
import type { Output } from '../output.js';
import {
  type GlobalOptions,
  inReadingSession,
  inSession,
  newCommand,
  type Session,
  type Surroundings,
  wholeNumber,
} from '../session.js';
import { comeAndGone, tableOfLabels } from '../terminal/reselected.js';

interface ReselectOptions extends GlobalOptions {
  readonly adapter?: string;
  readonly policy?: string;
  readonly budget?: number;
  readonly dryRun?: boolean;
  readonly reason?: string;
}

export function reselectCommand(surroundings: Surroundings): Command {
  return newCommand('reselect', 'choose its members anew, by the declared policy or another')
    .option('--adapter <name>', 'the adapter; default: the only one there is')
    .option('--policy <name>', 'by this policy; default: the declared one')
    .option('--budget <n>', 'examples it may hold; default: the declared budget', wholeNumber)
    .option('--dry-run', 'show who would come and go, and change nothing')
    .option('--reason <text>', 'why; kept for ever, and required without --dry-run')
    .action((options: ReselectOptions) => {
      const within = options.dryRun ? inReadingSession : inSession;
      return within(options, surroundings, (session) => reselect(session, options));
    });
}

async function reselect(session: Session, { adapter, policy, budget, dryRun, reason }: ReselectOptions): Promise<void> {
  const { workspace, output } = session;
  const name = adapter ?? (await onlyAdapter(workspace));
  const { buffer } = await readDeclaration(workspace, name);
  const done = await reselectBuffer(session, name, { policy, budget, dryRun, reason });
  output.result(done, () => renderReselection(done, output));
  if (!done.applied || (done.policy === buffer.policy && budget === undefined)) return;
  const words =
    'The next approval fills the buffer as adapter.yaml declares. To keep this choice, declare it under `buffer`.';
  output.note(wrap(words, output.width));
}

function renderReselection(done: Reselection, { colours }: Output): string {
  const { adapter, champion, policy, budget, labels } = done;
  const size = 'bytes' in budget ? `${budget.bytes} bytes` : `${budget.examples} examples`;
  const place = `${colours.bold(clip(adapter, 64))}, version ${champion}`;
  const head = `${place}: ${clip(policy, 64)}, ${size}\n${comeAndGone(done)}`;
  return labels.length === 0 ? head : `${head}\n\n${tableOfLabels(labels, colours)}`;
}
