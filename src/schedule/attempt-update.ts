/** Runs one scheduled update, by the same stages as an update that a person starts, and records its outcome. */

import { EspalierError, messageOf } from '../core/errors.js';
import { noProgress } from '../core/progress.js';
import { describeTrouble, troubleOf } from '../core/trouble.js';
import type { AdapterDeclaration } from '../declaration/declaration.js';
import type { Encoder } from '../encoder/encoder.js';
import { lastArrival } from '../store/arrivals.js';
import { findCandidate } from '../store/candidates.js';
import { storeError } from '../store/database.js';
import { type NewCheck, runTrigger, triggerOfRun } from '../store/schedule.js';
import type { Plan } from '../update/context.js';
import { runUpdate, type UpdateRequest } from '../update/run-update.js';
import type { Versions } from '../versions/versions.js';
import type { TaskRunner } from '../work/task.js';
import type { Due } from './due.js';
import type { Look, Site } from './look.js';

export interface UpdateSite extends Site {
  readonly versions: Versions;
  readonly signal: AbortSignal;
  readonly work: TaskRunner;
  readonly openEncoder: (declaration: AdapterDeclaration) => Promise<Encoder>;
}

export interface Attempted {
  readonly check: NewCheck;
  /** The stack of an error that is not Espalier's. */
  readonly defect: string | undefined;
}

/** Ends of an update that are not failures: its process was told to stop, or another process works on it. */
const noFailure = new Set(['INTERRUPTED', 'UPDATE_RUNNING', 'LEASE_LOST']);

/** Undefined if nothing ended; the adapter is checked again later. */
export async function attemptUpdate(site: UpdateSite, look: Look, due: Due, at: Date): Promise<Attempted | undefined> {
  const begun = {
    adapter: look.declaration.name,
    // The check of a resumed run belongs to the trigger that began the run.
    trigger: (look.run && triggerOfRun(look.run.trigger)) ?? due.trigger,
    at: at.toISOString(),
  };
  let throughExample = 0;
  try {
    throughExample = await lastArrival(site.store.queries, begun.adapter);
    return { check: { ...begun, ...(await update(site, look, due, at)) }, defect: undefined };
  } catch (thrown) {
    const error = storeError(thrown, site.store);
    if (!(error instanceof EspalierError)) {
      const failed = {
        ...begun,
        throughExample,
        runId: null,
        outcome: 'failed',
        reason: `${due.reason}; a defect: ${messageOf(thrown)}`,
      } as const;
      return { check: failed, defect: stackOf(thrown) };
    }
    if (noFailure.has(error.code)) return undefined;
    const outcome = error.code === 'NOTHING_TO_LEARN' ? 'nothing' : 'failed';
    const reason = outcome === 'nothing' ? error.message : describeTrouble(troubleOf(error));
    return {
      check: { ...begun, throughExample, runId: null, outcome, reason: `${due.reason}; ${reason}` },
      defect: undefined,
    };
  }
}

export function stackOf(thrown: unknown): string {
  return thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
}

async function update(
  { workspace, store, versions, signal, work, openEncoder }: UpdateSite,
  look: Look,
  due: Due,
  at: Date,
): Promise<Pick<NewCheck, 'outcome' | 'runId' | 'reason' | 'throughExample'>> {
  const encoder = await openEncoder(look.declaration);
  const context = { workspace, store, versions, encoder, signal, work, progress: noProgress };
  const { candidateId, report, plan } = await runUpdate(context, requestOf(look, due, at));
  const { runId } = await findCandidate(store.queries, candidateId);
  const reason = `${due.reason}; candidate ${candidateId} waits for a person: ${report.verdict}`;
  return { outcome: 'candidate', runId, throughExample: plan.throughExample, reason };
}

/** An interrupted run follows its plan, under the trigger that began it; a new one follows the declaration. */
function requestOf({ declaration, run }: Look, due: Due, at: Date): UpdateRequest {
  if (!run) return { declaration, trigger: runTrigger(due.trigger), at };
  const { field, reencode } = run.plan as Partial<Plan>;
  return { declaration, field, reencode, trigger: run.trigger, at };
}
