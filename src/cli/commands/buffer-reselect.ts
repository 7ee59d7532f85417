import type { Command } from 'commander';
import { clip, wrap } from '../../core/text.js';
import { onlyAdapter, readDeclaration } from '../../declaration/workspace.js';
import { type Reselection, reselectBuffer } from '../../library/reselect.js';
import { type Output, tableOf } from '../output.js';
import {
  type GlobalOptions,
  inReadingSession,
  inSession,
  newCommand,
  type Session,
  type Surroundings,
  wholeNumber,
} from '../session.js';

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

/** Rows of the table; the others are told with --json. */
const mostLabels = 30;

function renderReselection(done: Reselection, { colours }: Output): string {
  const { adapter, champion, policy, budget, applied, labels } = done;
  const size = 'bytes' in budget ? `${budget.bytes} bytes` : `${budget.examples} examples`;
  const verbs = applied ? `${done.in} came in, ${done.out} went out` : `${done.in} would come in, ${done.out} go out`;
  const head = `${colours.bold(clip(adapter, 64))}, version ${champion}: ${clip(policy, 64)}, ${size}\n${verbs}`;
  if (labels.length === 0) return head;
  const rows = labels
    .slice(0, mostLabels)
    .map(({ label, ...counts }) => [clip(label, 44), String(counts.in), String(counts.out)]);
  const columns = [{ title: 'label' }, { title: 'in', align: 'right' }, { title: 'out', align: 'right' }] as const;
  const more = labels.length > mostLabels ? `\nand ${labels.length - mostLabels} more labels` : '';
  return `${head}\n\n${tableOf(columns, rows, colours)}${more}`;
}
