/**
 * Starts the updates that are due, one after another. An error of one adapter never stops the others, nor the daemon.
 */
import { setTimeout } from 'node:timers/promises';
import { EspalierError, messageOf } from '../core/errors.js';
import { describeTrouble, troubleOf } from '../core/trouble.js';
import { listAdapterNames, readDeclaration } from '../declaration/workspace.js';
import { checkArrivals } from '../drift/check-arrivals.js';
import { storeError } from '../store/database.js';
import { listMissingChecks, type NewCheck, recordCheck } from '../store/schedule.js';
import { attemptUpdate, stackOf, type UpdateSite } from './attempt-update.js';
import { findDue, type ScheduleState } from './due.js';
import { lookAt } from './look.js';

export interface Scheduler extends UpdateSite {
  readonly report: (event: ScheduleEvent) => void;
}

export type ScheduleEvent =
  /** An update ended. */
  | { readonly kind: 'check'; readonly check: NewCheck; readonly defect: string | undefined }
  /** An adapter, or all adapters if it is null, cannot be read, or its check cannot be recorded. */
  | {
      readonly kind: 'trouble';
      readonly adapter: string | null;
      readonly reason: string;
      readonly defect: string | undefined;
    };

/** State of a daemon that is not in the store. */
interface Memory {
  /** Adapter -> its trouble at the last look: a trouble is reported once, not at every look. */
  readonly troubles: Map<string | null, string>;
  /** Adapter -> failures that could not be recorded. The next update waits after them as after recorded failures. */
  readonly unrecorded: Map<string, { readonly failures: number; readonly lastFailure: Date }>;
}

const pollMilliseconds = 5_000;

/** Runs the updates that are due at `now`, one after another. */
export async function runDue(scheduler: Scheduler, now: Date): Promise<void> {
  await serveAll(scheduler, newMemory(), () => now);
}

/** Repeats until the signal aborts; `now` is called at every look. */
export async function keepRunning(scheduler: Scheduler, now: () => Date): Promise<void> {
  const memory = newMemory();
  const { signal } = scheduler;
  while (!signal.aborted) {
    await serveAll(scheduler, memory, now);
    // Rejects when the signal aborts, which ends the loop.
    await setTimeout(pollMilliseconds, undefined, { signal }).catch(() => undefined);
  }
}

const newMemory = (): Memory => ({ troubles: new Map(), unrecorded: new Map() });

async function serveAll(scheduler: Scheduler, memory: Memory, now: () => Date): Promise<void> {
  await guard(scheduler, memory, null, async () => {
    for (const adapter of await listAdapterNames(scheduler.workspace)) {
      if (scheduler.signal.aborted) return;
      await guard(scheduler, memory, `drift of ${adapter}`, () => checkDrift(scheduler, adapter, now()));
      await guard(scheduler, memory, adapter, () => serve(scheduler, memory, adapter, now()));
    }
  });
}

/**
 * Compares new batches where the trigger `drift` is declared, each once for a champion. An error is reported as one of
 * the drift of the adapter, whose updates start all the same.
 */
async function checkDrift(scheduler: Scheduler, adapter: string, now: Date): Promise<void> {
  // What is wrong with the declaration, `serve` reports.
  const declaration = await readDeclaration(scheduler.workspace, adapter).catch(() => undefined);
  if (declaration?.schedule?.drift === undefined) return;
  await checkArrivals(scheduler, declaration, { signal: scheduler.signal, now });
}

/** Checks one adapter, and runs its update if one is due. */
async function serve(scheduler: Scheduler, memory: Memory, adapter: string, now: Date): Promise<void> {
  const { store } = scheduler;
  for (const missing of await listMissingChecks(store.queries, adapter)) await recordCheck(store, missing);
  const look = await lookAt(scheduler, adapter, now);
  if (!look) return;
  const state = withUnrecorded(look.state, memory.unrecorded.get(adapter));
  const due = findDue(state, now);
  const attempted = due && (await attemptUpdate(scheduler, look, due, now));
  if (!attempted) return;
  const { check, defect } = attempted;
  scheduler.report({ kind: 'check', check, defect });
  memory.unrecorded.set(adapter, { failures: (memory.unrecorded.get(adapter)?.failures ?? 0) + 1, lastFailure: now });
  await recordCheck(store, check);
  memory.unrecorded.delete(adapter);
}

function withUnrecorded(
  state: ScheduleState,
  unrecorded: { failures: number; lastFailure: Date } | undefined,
): ScheduleState {
  if (!unrecorded) return state;
  return { ...state, failures: state.failures + unrecorded.failures, lastFailure: unrecorded.lastFailure };
}

/** Reports an error of `work`, unless it was already reported at the last look, and returns normally. */
async function guard(
  scheduler: Scheduler,
  { troubles }: Memory,
  adapter: string | null,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
    troubles.delete(adapter);
  } catch (thrown) {
    const error = storeError(thrown, scheduler.store);
    const isExpected = error instanceof EspalierError;
    const reason = isExpected ? describeTrouble(troubleOf(error)) : `a defect: ${messageOf(thrown)}`;
    if (troubles.get(adapter) === reason) return;
    troubles.set(adapter, reason);
    scheduler.report({ kind: 'trouble', adapter, reason, defect: isExpected ? undefined : stackOf(thrown) });
  }
}
