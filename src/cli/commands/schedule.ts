import type { Command } from 'commander';
import { EspalierError } from '../../core/errors.js';
import { wrap } from '../../core/text.js';
import { describeTrouble, type Trouble } from '../../core/trouble.js';
import type { AdapterDeclaration } from '../../declaration/declaration.js';
import type { Encoder } from '../../encoder/encoder.js';
import { describeNext } from '../../schedule/due.js';
import { lookAtAll } from '../../schedule/look.js';
import { keepRunning, runDue, type ScheduleEvent, type Scheduler } from '../../schedule/scheduler.js';
import { listChecks, type NewCheck, type ScheduleCheck } from '../../store/schedule.js';
import type { ScheduleKeys } from '../../triggers/triggers.js';
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
    newCommand('status', 'what ran, what is next, and why').action((options: GlobalOptions) => inSession(options, surroundings, status)),
  );
  return group;
}

async function start(session: Session, options: StartOptions): Promise<void> {
  const { workspace, store, output, signal, now } = session;
  const looks = await lookAtAll(session, now);
  if (options.once) return startOnce(session);
  let started = 0;
  const report = (event: ScheduleEvent) => {
    if (event.kind === 'check') started++;
    output.note(renderEvent(event, output));
  };
  const watched = [...looks].filter(([, { trouble }]) => !trouble).map(([adapter]) => adapter);
  output.note(`watching ${watched.join(', ') || 'for what can be read'}; Ctrl-C stops`);
  const scheduler: Scheduler = { workspace, store, signal, openEncoder: keepEncoders(session), report };
  await keepRunning(scheduler, () => new Date());
  output.result({ started }, () => `${started} started.`);
}

/** @throws SCHEDULE_FAILED, INTERRUPTED */
async function startOnce(session: Session): Promise<void> {
  const { workspace, store, output, signal, now } = session;
  const events: ScheduleEvent[] = [];
  const report = (event: ScheduleEvent) => {
    events.push(event);
    output.note(renderEvent(event, output));
  };
  await runDue({ workspace, store, signal, openEncoder: keepEncoders(session), report }, now);
  const checks = events.flatMap((event) => (event.kind === 'check' ? [event.check] : []));
  if (signal.aborted) throw new EspalierError('INTERRUPTED', `stopped after ${checks.length} updates`);
  const failed = events.flatMap(failureOf);
  output.result(checks, () => (checks.length === 0 ? 'Nothing is due.' : `${checks.length} started.`));
  if (failed.length > 0) throw new EspalierError('SCHEDULE_FAILED', `failed: ${[...new Set(failed)].join(', ')}`);
}

function failureOf(event: ScheduleEvent): string[] {
  if (event.kind === 'trouble') return [event.adapter ?? 'the list of adapters'];
  return event.check.outcome === 'failed' ? [event.check.adapter] : [];
}

/** Opens an encoder when an update first asks for it, and keeps it for the updates to come. */
function keepEncoders(session: Session): (declaration: AdapterDeclaration) => Promise<Encoder> {
  const opened = new Map<string, Promise<Encoder>>();
  return (declaration) => {
    const key = JSON.stringify(declaration.encoder);
    const encoder = opened.get(key) ?? session.openEncoder(declaration);
    opened.set(key, encoder);
    // One that could not be opened is opened anew.
    encoder.catch(() => opened.delete(key));
    return encoder;
  };
}

interface StatusRow {
  readonly adapter: string;
  /** Why the schedule cannot be read; null: it can, and only then is the next update known. */
  readonly trouble: Trouble | null;
  readonly schedule: ScheduleKeys | null;
  readonly newExamples: number | null;
  readonly failures: number | null;
  readonly next: string | null;
  readonly checks: readonly ScheduleCheck[];
}

async function status({ workspace, store, output, now }: Session): Promise<void> {
  const rows: StatusRow[] = [];
  for (const [adapter, { value, trouble }] of await lookAtAll({ workspace, store }, now)) {
    const checks = await listChecks(store.queries, adapter, 5);
    if (trouble) rows.push({ adapter, trouble, schedule: null, newExamples: null, failures: null, next: null, checks });
    else {
      const { schedule, state, newExamples } = value;
      const next = describeNext(state, now);
      rows.push({ adapter, trouble: null, schedule, newExamples, failures: state.failures, next, checks });
    }
  }
  output.result(rows, () => rows.map((row) => renderStatus(row, output)).join('\n\n'));
}

function renderStatus({ adapter, trouble, newExamples, next, checks }: StatusRow, output: Output): string {
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
