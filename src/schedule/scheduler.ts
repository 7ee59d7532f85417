/** Starts updates that are due, through the same pipeline as a person would: one at a time for an adapter, bounded in all. */
import PQueue from 'p-queue';
import type { AdapterDeclaration } from '../core/declaration.js';
import { EspalierError, messageOf } from '../core/errors.js';
import { noProgress } from '../core/progress.js';
import { listAdapterNames, readDeclaration, versionFolder, type Workspace } from '../core/workspace.js';
import type { Encoder } from '../encoder/encoder.js';
import { runUpdate } from '../pipeline.js';
import { findCandidate, findChampionVersion } from '../store/candidates.js';
import type { Store } from '../store/database.js';
import { countTrainingExamplesAfter, lastExampleId } from '../store/examples.js';
import { listChecks, recordCheck, type ScheduleCheck } from '../store/schedule.js';
import { readManifest } from '../training/versions.js';
import { type Due, findDue, type ScheduleState } from './due.js';

export interface Scheduler {
  readonly workspace: Workspace;
  readonly store: Store;
  readonly signal: AbortSignal;
  readonly openEncoder: (declaration: AdapterDeclaration) => Promise<Encoder>;
  /** Told of every check that started something. */
  readonly report: (check: Omit<ScheduleCheck, 'id'>) => void;
}

/** How many updates of different adapters run at once. */
const concurrency = 1;
const pollMilliseconds = 5_000;

/** Runs what is due at `now`, and returns when it is done. */
export async function runDue(scheduler: Scheduler, now: Date): Promise<void> {
  const queue = new PQueue({ concurrency });
  for (const { declaration, due } of await listDue(scheduler, now)) void queue.add(() => startUpdate(scheduler, declaration, due, now));
  await queue.onIdle();
}

/** Goes on until the signal aborts; `now` is asked at every look. */
export async function keepRunning(scheduler: Scheduler, now: () => Date): Promise<void> {
  const queue = new PQueue({ concurrency });
  const inFlight = new Set<string>();
  while (!scheduler.signal.aborted) {
    const at = now();
    for (const { declaration, due } of await listDue(scheduler, at)) {
      if (inFlight.has(declaration.name)) continue;
      inFlight.add(declaration.name);
      void queue.add(() => startUpdate(scheduler, declaration, due, at).finally(() => inFlight.delete(declaration.name)));
    }
    await pause(pollMilliseconds, scheduler.signal);
  }
  await queue.onIdle();
}

/** The adapters that declare a schedule. @throws SCHEDULE_EMPTY */
export async function listScheduled(workspace: Workspace): Promise<AdapterDeclaration[]> {
  const names = await listAdapterNames(workspace);
  const declarations = await Promise.all(names.map((name) => readDeclaration(workspace, name)));
  const scheduled = declarations.filter(({ schedule }) => schedule?.cron !== undefined || schedule?.newExamples !== undefined);
  if (scheduled.length === 0) throw new EspalierError('SCHEDULE_EMPTY', `no adapter in ${workspace.root} declares a schedule`);
  return scheduled;
}

export async function readScheduleState(
  { store, workspace }: Pick<Scheduler, 'store' | 'workspace'>,
  adapter: string,
  now: Date,
): Promise<ScheduleState> {
  const checks = await listChecks(store.queries, adapter, 100);
  const row = await store.queries.selectFrom('adapters').select('created_at').where('name', '=', adapter).executeTakeFirst();
  const lastCron = checks.find((check) => check.trigger === 'cron');
  const championVersion = await findChampionVersion(store.queries, adapter);
  const champion = championVersion === null ? undefined : await readManifest(versionFolder(workspace, adapter, championVersion));
  const learned = champion?.data.throughExample ?? 0;
  return {
    cronSince: new Date(lastCron?.at ?? row?.created_at ?? now),
    newExamples: await countTrainingExamplesAfter(store.queries, adapter, Math.max(learned, checks[0]?.throughExample ?? 0)),
  };
}

async function listDue(scheduler: Scheduler, now: Date): Promise<{ declaration: AdapterDeclaration; due: Due }[]> {
  const found: { declaration: AdapterDeclaration; due: Due }[] = [];
  for (const declaration of await listScheduled(scheduler.workspace)) {
    const due = findDue(declaration.schedule!, await readScheduleState(scheduler, declaration.name, now), now);
    if (due) found.push({ declaration, due });
  }
  return found;
}

async function startUpdate(scheduler: Scheduler, declaration: AdapterDeclaration, due: Due, at: Date): Promise<void> {
  const { store } = scheduler;
  const { name: adapter } = declaration;
  const throughExample = await lastExampleId(store.queries, adapter);
  const outcome = await tryUpdate(scheduler, declaration, due, at);
  // One that was stopped is not over: it is due again at the next start, and resumes at its stage.
  if (!outcome) return;
  const check = { adapter, trigger: due.trigger, throughExample, at: at.toISOString(), ...outcome };
  await recordCheck(store.queries, check);
  scheduler.report(check);
}

async function tryUpdate(
  scheduler: Scheduler,
  declaration: AdapterDeclaration,
  due: Due,
  at: Date,
): Promise<Pick<ScheduleCheck, 'outcome' | 'reason' | 'runId'> | undefined> {
  const { workspace, store, signal } = scheduler;
  try {
    const encoder = await scheduler.openEncoder(declaration);
    const context = { workspace, store, encoder, signal, progress: noProgress };
    const { candidateId, report } = await runUpdate(context, { declaration, trigger: `schedule: ${due.trigger}`, at });
    const { runId } = await findCandidate(store.queries, candidateId);
    return { outcome: 'candidate', runId, reason: `${due.reason}; candidate ${candidateId} waits for a person: ${report.verdict}` };
  } catch (thrown) {
    const code = thrown instanceof EspalierError ? thrown.code : undefined;
    if (code === 'INTERRUPTED' || code === 'UPDATE_RUNNING') return undefined;
    return { outcome: code === 'NOTHING_TO_LEARN' ? 'nothing' : 'failed', runId: null, reason: `${due.reason}; ${messageOf(thrown)}` };
  }
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
