import type { Command } from 'commander';
import { EspalierError } from '../../core/errors.js';
import { wrap } from '../../core/text.js';
import { describeNext } from '../../schedule/due.js';
import { keepRunning, listScheduled, readScheduleState, runDue, type Scheduler } from '../../schedule/scheduler.js';
import { listChecks, type ScheduleCheck } from '../../store/schedule.js';
import type { Output } from '../output.js';
import { type GlobalOptions, inSession, newCommand, newGroup, type Session, type Surroundings } from '../session.js';

interface StartOptions extends GlobalOptions {
  readonly once?: boolean;
}

export function scheduleCommand(surroundings: Surroundings): Command {
  const group = newGroup('schedule', 'start updates by cron line or data volume');
  group.addCommand(
    newCommand('start', 'run in the foreground, and start what falls due')
      .option('--once', 'run what is due now, and exit')
      .action((options: StartOptions) => inSession(options, surroundings, (session) => start(session, options))),
  );
  group.addCommand(
    newCommand('status', 'what ran, what is next, and why').action((options: GlobalOptions) => inSession(options, surroundings, status)),
  );
  return group;
}

async function start(session: Session, options: StartOptions): Promise<void> {
  const { workspace, store, output, signal, now } = session;
  const checks: Omit<ScheduleCheck, 'id'>[] = [];
  const report = (check: Omit<ScheduleCheck, 'id'>) => {
    checks.push(check);
    output.note(renderCheck(check, output));
  };
  const scheduler: Scheduler = { workspace, store, signal, openEncoder: session.openEncoder, report };
  const scheduled = await listScheduled(workspace);
  if (options.once) {
    await runDue(scheduler, now);
    if (signal.aborted) throw new EspalierError('INTERRUPTED', `stopped after ${checks.length} updates`);
    return output.result(checks, () => (checks.length === 0 ? 'Nothing is due.' : `${checks.length} started.`));
  }
  output.note(`watching ${scheduled.map(({ name }) => name).join(', ')}; Ctrl-C stops`);
  await keepRunning(scheduler, () => new Date());
  output.result(checks, () => `${checks.length} started.`);
}

async function status({ workspace, store, output, now }: Session): Promise<void> {
  const rows = await Promise.all(
    (await listScheduled(workspace)).map(async ({ name, schedule }) => {
      const state = await readScheduleState({ store, workspace }, name, now);
      return {
        adapter: name,
        schedule,
        newExamples: state.newExamples,
        next: describeNext(schedule!, state, now),
        checks: await listChecks(store.queries, name, 5),
      };
    }),
  );
  output.result(rows, () => rows.map((row) => renderStatus(row, output)).join('\n\n'));
}

function renderStatus(
  { adapter, newExamples, next, checks }: { adapter: string; newExamples: number; next: string; checks: ScheduleCheck[] },
  output: Output,
): string {
  const { bold, dim } = output.colours;
  const past = checks.length === 0 ? [dim('  nothing ran yet')] : checks.map((check) => renderCheck(check, output));
  return [`${bold(adapter)}: ${newExamples} new examples`, `  next: ${next}`, ...past].join('\n');
}

function renderCheck({ adapter, at, outcome, reason }: Omit<ScheduleCheck, 'id'>, { colours, width }: Output): string {
  const paint = { candidate: colours.green, nothing: colours.dim, failed: colours.red }[outcome];
  return `${at.slice(0, 16).replace('T', ' ')} ${adapter}: ${paint(outcome)}\n${wrap(reason, width - 2)}`;
}
