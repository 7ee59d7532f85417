/** Starts what the schedule says, and tells what it waits for. */
import { EspalierError } from '../core/errors.js';
import type { Trouble } from '../core/trouble.js';
import { describeNext } from '../schedule/due.js';
import { lookAtAll } from '../schedule/look.js';
import { keepRunning, runDue, type ScheduleEvent } from '../schedule/scheduler.js';
import { listChecks, type NewCheck, type ScheduleCheck } from '../store/schedule.js';
import type { ScheduleKeys } from '../triggers/triggers.js';
import type { Site } from './site.js';

type Report = (event: ScheduleEvent) => void;

export interface DueRun {
  /** Every update that was started, with its outcome. */
  readonly checks: readonly NewCheck[];
  /** Adapters whose update failed, or that could not be looked at. */
  readonly failed: readonly string[];
}

/** Runs what is due now. What fails is told, and stops nothing else. @throws SCHEDULE_EMPTY, INTERRUPTED */
export async function runScheduleOnce(site: Site, report: Report): Promise<DueRun> {
  const { workspace, store, versions, signal, now } = site;
  await lookAtAll(site, now);
  const events: ScheduleEvent[] = [];
  const tell = (event: ScheduleEvent) => {
    events.push(event);
    report(event);
  };
  await runDue(
    { workspace, store, versions, signal, work: site.work, openEncoder: site.openEncoder, report: tell },
    now,
  );
  const checks = events.flatMap((event) => (event.kind === 'check' ? [event.check] : []));
  if (signal.aborted) throw new EspalierError('INTERRUPTED', `stopped after ${checks.length} updates`);
  return { checks, failed: [...new Set(events.flatMap(failureOf))] };
}

function failureOf(event: ScheduleEvent): string[] {
  if (event.kind === 'trouble') return [event.adapter ?? 'the list of adapters'];
  return event.check.outcome === 'failed' ? [event.check.adapter] : [];
}

/** @throws SCHEDULE_FAILED where something failed, with the checks as its result */
export function requireNoneFailed({ checks, failed }: DueRun): void {
  if (failed.length > 0) throw new EspalierError('SCHEDULE_FAILED', `failed: ${failed.join(', ')}`, { result: checks });
}

export interface ScheduleSession {
  /** How many updates were started. */
  readonly started: number;
}

/** Adapters that are watched: they declare a schedule, and it can be read. @throws SCHEDULE_EMPTY */
export async function listWatched(site: Pick<Site, 'workspace' | 'store' | 'now'>): Promise<string[]> {
  return [...(await lookAtAll(site, site.now))].filter(([, { trouble }]) => !trouble).map(([adapter]) => adapter);
}

/** Starts what falls due by the process's clock, until the signal aborts. @throws SCHEDULE_EMPTY */
export async function runScheduleUntilStopped(site: Site, report: Report): Promise<ScheduleSession> {
  const { workspace, store, versions, signal } = site;
  await lookAtAll(site, site.now);
  let started = 0;
  const tell = (event: ScheduleEvent) => {
    if (event.kind === 'check') started++;
    report(event);
  };
  const scheduler = {
    workspace,
    store,
    versions,
    signal,
    work: site.work,
    openEncoder: site.openEncoder,
    report: tell,
  };
  await keepRunning(scheduler, () => new Date());
  return { started };
}

export interface ScheduleStatus {
  readonly adapter: string;
  /** Why the schedule cannot be read; null: it can, and only then is the next update known. */
  readonly trouble: Trouble | null;
  readonly schedule: ScheduleKeys | null;
  readonly newExamples: number | null;
  readonly failures: number | null;
  /** What the adapter waits for, in words. */
  readonly next: string | null;
  /** The last five. */
  readonly checks: readonly ScheduleCheck[];
}

/** One for each adapter that declares a schedule. @throws SCHEDULE_EMPTY */
export async function readScheduleStatus({
  workspace,
  store,
  now,
}: Pick<Site, 'workspace' | 'store' | 'now'>): Promise<ScheduleStatus[]> {
  const rows: ScheduleStatus[] = [];
  for (const [adapter, { value, trouble }] of await lookAtAll({ workspace, store }, now)) {
    const checks = await listChecks(store.queries, adapter, 5);
    if (trouble) rows.push({ adapter, trouble, schedule: null, newExamples: null, failures: null, next: null, checks });
    else {
      const { schedule, state, newExamples } = value;
      const next = describeNext(state, now);
      rows.push({ adapter, trouble: null, schedule, newExamples, failures: state.failures, next, checks });
    }
  }
  return rows;
}
