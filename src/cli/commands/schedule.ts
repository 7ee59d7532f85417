import type { Command } from 'commander';
import { wrap } from '../../core/text.js';
import { describeTrouble } from '../../core/trouble.js';
import {
  listWatched,
  readScheduleStatus,
  requireNoneFailed,
  runScheduleOnce,
  runScheduleUntilStopped,
  type ScheduleStatus,
} from '../../library/schedule.js';
import type { ScheduleEvent } from '../../schedule/scheduler.js';
import type { NewCheck } from '../../store/schedule.js';
import type { Output } from '../output.js';
import { type GlobalOptions, inSession, newCommand, newGroup, type Session, type Surroundings } from '../session.js';

interface StartOptions extends GlobalOptions {
  readonly once?: boolean;
}

export function scheduleCommand(surroundings: Surroundings): Command {
  const group = newGroup('schedule', 'start updates by cron line, data volume, or the age of the champion');
  group.addCommand(
    newCommand('start', 'run in the foreground, and start what falls due')
      .option('--once', 'run what is due now, and exit')
      .action((options: StartOptions) => inSession(options, surroundings, (session) => start(session, options))),
  );
  group.addCommand(
    newCommand('status', 'what ran, what is next, and why').action((options: GlobalOptions) =>
      inSession(options, surroundings, status),
    ),
  );
  return group;
}

async function start(session: Session, options: StartOptions): Promise<void> {
  const { output } = session;
  const report = (event: ScheduleEvent) => output.note(renderEvent(event, output));
  if (options.once) return startOnce(session, report);
  const watched = await listWatched(session);
  output.note(`watching ${watched.join(', ') || 'for what can be read'}; Ctrl-C stops`);
  const done = await runScheduleUntilStopped(session, report);
  output.result(done, () => `${done.started} started.`);
}

/** @throws SCHEDULE_FAILED, INTERRUPTED */
async function startOnce({ output, ...session }: Session, report: (event: ScheduleEvent) => void): Promise<void> {
  const done = await runScheduleOnce(session, report);
  const { checks, failed } = done;
  // As JSON the result is in the error: there is one object on standard output.
  if (failed.length === 0 || output.format === 'text')
    output.result(checks, () => (checks.length === 0 ? 'Nothing is due.' : `${checks.length} started.`));
  requireNoneFailed(done);
}

async function status({ output, ...session }: Session): Promise<void> {
  const rows = await readScheduleStatus(session);
  output.result(rows, () => rows.map((row) => renderStatus(row, output)).join('\n\n'));
}

function renderStatus({ adapter, trouble, newExamples, next, checks }: ScheduleStatus, output: Output): string {
  const { bold, dim, red } = output.colours;
  const past = checks.length === 0 ? [dim('  nothing ran yet')] : checks.map((check) => renderCheck(check, output));
  const head = trouble
    ? [`${bold(adapter)}: ${red('cannot be looked at')}`, wrap(describeTrouble(trouble), output.width - 2)]
    : [`${bold(adapter)}: ${newExamples} new examples`, `  next: ${next}`];
  return [...head, ...past].join('\n');
}

function renderEvent(event: ScheduleEvent, output: Output): string {
  const { red } = output.colours;
  const head =
    event.kind === 'check'
      ? renderCheck(event.check, output)
      : `${event.adapter ?? 'all adapters'}: ${red('cannot be looked at')}\n${wrap(event.reason, output.width - 2)}`;
  return event.defect === undefined ? head : `${head}\nthis is a defect of Espalier, please report it\n${event.defect}`;
}

function renderCheck({ adapter, at, outcome, reason }: NewCheck, { colours, width }: Output): string {
  const paint = { candidate: colours.green, nothing: colours.dim, failed: colours.red }[outcome];
  return `${at.slice(0, 16).replace('T', ' ')} ${adapter}: ${paint(outcome)}\n${wrap(reason, width - 2)}`;
}
