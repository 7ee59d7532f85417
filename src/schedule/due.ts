/**
 * Whether an update is due, and what an adapter waits for: pure functions of its triggers' states, the stored runs and
 * checks, and the time.
 */
import type { ReadTrigger } from '../triggers/triggers.js';

export interface ScheduleState {
  /** The declared triggers; if several are due, the first is named. */
  readonly triggers: readonly ReadTrigger[];
  /** Consecutive updates that failed, the last of them at `lastFailure`. */
  readonly failures: number;
  readonly lastFailure: Date | undefined;
  /** A run that has not ended: held by a live process, or waiting to be resumed. */
  readonly unfinished: { readonly id: number; readonly stage: string; readonly isHeld: boolean } | undefined;
}

export interface Due {
  /** Name of the trigger; `unfinished` if a run was interrupted. */
  readonly trigger: string;
  readonly reason: string;
}

const firstWaitMilliseconds = 60_000;
const longestWaitMilliseconds = 6 * 60 * 60_000;

/**
 * The update that is due and may begin now: no other process updates the adapter, and the wait after a failure is over.
 */
export function findDue(state: ScheduleState, now: Date): Due | undefined {
  if (state.unfinished?.isHeld || waitsUntil(state, now)) return undefined;
  return anyDue(state, now);
}

/**
 * When a failed update is retried: 1 minute after the first failure, then after twice as long each time, at most 6
 * hours. An interrupted run is resumed at once, and waits from its second failure. Undefined if there is nothing to
 * wait for.
 */
export function waitsUntil({ failures, lastFailure, unfinished: run }: ScheduleState, now: Date): Date | undefined {
  const counted = failures - (run ? 1 : 0);
  if (counted <= 0 || lastFailure === undefined) return undefined;
  // A failure in the future means that the clock was set back, so it is ignored.
  if (lastFailure > now) return undefined;
  const wait = Math.min(firstWaitMilliseconds * 2 ** (counted - 1), longestWaitMilliseconds);
  const until = new Date(lastFailure.getTime() + wait);
  return until > now ? until : undefined;
}

/** Describes what the adapter waits for: "2026-11-30T05:00:00.000Z, or at 120 more examples". */
export function describeNext(state: ScheduleState, now: Date): string {
  const { unfinished: run, failures, triggers } = state;
  if (run?.isHeld) return `after run ${run.id}, which is at ${run.stage}`;
  const until = waitsUntil(state, now);
  if (until && anyDue(state, now))
    return `again at ${until.toISOString()}, after ${failures} ${failures === 1 ? 'failure' : 'failures'} in a row`;
  if (run) return `run ${run.id}, which was interrupted at ${run.stage}, is resumed`;
  return triggers.flatMap((trigger) => trigger.next(now) ?? []).join(', or ') || 'never again';
}

function anyDue({ unfinished: run, triggers }: ScheduleState, now: Date): Due | undefined {
  if (run) return { trigger: 'unfinished', reason: `run ${run.id} was interrupted at ${run.stage}, and is resumed` };
  for (const trigger of triggers) {
    const reason = trigger.due(now);
    if (reason !== undefined) return { trigger: trigger.name, reason };
  }
  return undefined;
}
