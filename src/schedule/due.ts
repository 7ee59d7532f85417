/** What sets an update off: pure functions of what is declared, what is known, and the time. */
import { nextFiring } from '../declaration/cron.js';
import type { ScheduleDeclaration } from '../declaration/declaration.js';

export interface ScheduleState {
  /** When an update by cron line last settled; or since when the adapter is known. */
  readonly cronSince: Date;
  /** Training examples that neither the champion has learned nor an earlier update of the schedule has looked at. */
  readonly newExamples: number;
  /** Consecutive updates that failed, the last of them at `lastFailure`. */
  readonly failures: number;
  readonly lastFailure: Date | undefined;
  /** A run that has not ended: held by a live process, or to be resumed. */
  readonly unfinished: { readonly id: number; readonly stage: string; readonly isHeld: boolean } | undefined;
}

export interface Due {
  readonly trigger: 'unfinished' | 'cron' | 'newExamples';
  readonly reason: string;
}

/** A trigger tells whether it is due, and what it waits for. */
interface Trigger {
  due(declaration: ScheduleDeclaration, state: ScheduleState, now: Date): Due | undefined;
  next(declaration: ScheduleDeclaration, state: ScheduleState, now: Date): string | undefined;
}

const unfinished: Trigger = {
  due: (_declaration, { unfinished: run }) =>
    run && { trigger: 'unfinished', reason: `run ${run.id} was interrupted at ${run.stage}, and is resumed` },
  next: () => undefined,
};

const cron: Trigger = {
  due(declaration, { cronSince }, now) {
    const fired = nextCron(declaration, cronSince);
    return fired && fired <= now ? { trigger: 'cron', reason: `\`${declaration.cron}\` fell due at ${fired.toISOString()}` } : undefined;
  },
  next: (declaration, _state, now) => nextCron(declaration, now)?.toISOString(),
};

const newExamples: Trigger = {
  due({ newExamples: wanted }, { newExamples: have }) {
    return wanted !== undefined && have >= wanted
      ? { trigger: 'newExamples', reason: `${have} new examples; ${wanted} set an update off` }
      : undefined;
  },
  next({ newExamples: wanted }, { newExamples: have }) {
    return wanted === undefined ? undefined : `at ${Math.max(wanted - have, 0)} more examples`;
  },
};

/** All triggers; of several that are due the first is named. */
const triggers: readonly Trigger[] = [unfinished, cron, newExamples];

const firstWaitMilliseconds = 60_000;
const longestWaitMilliseconds = 6 * 60 * 60_000;

/** What is due and may begin now: no other process updates the adapter, and the wait after a failure is over. */
export function findDue(declaration: ScheduleDeclaration, state: ScheduleState, now: Date): Due | undefined {
  if (state.unfinished?.isHeld || waitsUntil(state, now)) return undefined;
  return anyDue(declaration, state, now);
}

/**
 * When an update that failed is tried again: 1 minute after the first failure, then twice as long each time, and 6 hours at most. A run that was
 * stopped on the way is resumed at once, and waits from its second failure on. Undefined: there is nothing to wait for.
 */
export function waitsUntil({ failures, lastFailure, unfinished: run }: ScheduleState, now: Date): Date | undefined {
  const counted = failures - (run ? 1 : 0);
  if (counted <= 0 || lastFailure === undefined) return undefined;
  // A failure in the future says that the clock was set back; there is nothing to learn from it.
  if (lastFailure > now) return undefined;
  const wait = Math.min(firstWaitMilliseconds * 2 ** (counted - 1), longestWaitMilliseconds);
  const until = new Date(lastFailure.getTime() + wait);
  return until > now ? until : undefined;
}

/** What the adapter waits for: "2026-11-30T05:00:00.000Z, or at 120 more examples". */
export function describeNext(declaration: ScheduleDeclaration, state: ScheduleState, now: Date): string {
  const { unfinished: run, failures } = state;
  if (run?.isHeld) return `after run ${run.id}, which is at ${run.stage}`;
  const until = waitsUntil(state, now);
  if (until && anyDue(declaration, state, now))
    return `again at ${until.toISOString()}, after ${failures} ${failures === 1 ? 'failure' : 'failures'} in a row`;
  if (run) return `run ${run.id}, which was interrupted at ${run.stage}, is resumed`;
  return triggers.flatMap((trigger) => trigger.next(declaration, state, now) ?? []).join(', or ') || 'never again';
}

export function nextCron({ cron: line, timeZone }: ScheduleDeclaration, after: Date): Date | undefined {
  return line === undefined ? undefined : nextFiring({ line, timeZone }, after);
}

function anyDue(declaration: ScheduleDeclaration, state: ScheduleState, now: Date): Due | undefined {
  return triggers.map((trigger) => trigger.due(declaration, state, now)).find((due) => due !== undefined);
}
