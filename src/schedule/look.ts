/** Reads the state of an adapter's schedule. */

import { EspalierError } from '../core/errors.js';
import { type Attempt, attempt } from '../core/trouble.js';
import type { AdapterDeclaration } from '../declaration/declaration.js';
import { listAdapterNames, readDeclaration, type Workspace } from '../declaration/workspace.js';
import { findAdapterCreation, findChampionSince, findChampionVersion } from '../store/candidates.js';
import { type Store, storeError, storeTime } from '../store/database.js';
import { listDriftChecks } from '../store/drift-checks.js';
import { countUnlearned } from '../store/learned.js';
import { findLastSettled, readSettledChecks, type SettledChecks } from '../store/schedule.js';
import { findUnfinishedRun, type UnfinishedRun } from '../store/unfinished.js';
import type { DriftFact, ScheduleFacts } from '../triggers/trigger.js';
import { isScheduled, readTriggers, type ScheduleKeys } from '../triggers/triggers.js';
import { isLive } from '../update/lease.js';
import type { ScheduleState } from './due.js';

/** The workspace with the declarations, and the store with their history. */
export interface Site {
  readonly workspace: Workspace;
  readonly store: Store;
}

export interface Look {
  readonly declaration: AdapterDeclaration;
  readonly schedule: ScheduleKeys;
  /** Number of training examples that the champion has not learned and no earlier scheduled update has looked at. */
  readonly newExamples: number;
  readonly state: ScheduleState;
  readonly run: UnfinishedRun | undefined;
}

/**
 * Adapter -> the state of its schedule, or the error in reading it. Adapters without a schedule are left out.
 * @throws SCHEDULE_EMPTY
 */
export async function lookAtAll(site: Site, now: Date): Promise<Map<string, Attempt<Look>>> {
  const looks = new Map<string, Attempt<Look>>();
  for (const adapter of await listAdapterNames(site.workspace)) {
    const { value, trouble } = await tryLook(site, adapter, now);
    if (trouble) looks.set(adapter, { trouble });
    else if (value) looks.set(adapter, { value });
  }
  if (looks.size === 0)
    throw new EspalierError('SCHEDULE_EMPTY', `no adapter in ${site.workspace.root} declares a schedule`);
  return looks;
}

export function tryLook(site: Site, adapter: string, now: Date): Promise<Attempt<Look | undefined>> {
  return attempt(
    () => lookAt(site, adapter, now),
    (thrown) => storeError(thrown, site.store),
  );
}

/** Undefined if the adapter declares no schedule. @throws DECLARATION_INVALID, STORE_CORRUPT, STORE_BUSY */
export async function lookAt(site: Site, adapter: string, now: Date): Promise<Look | undefined> {
  const declaration = await readDeclaration(site.workspace, adapter);
  const { schedule } = declaration;
  if (!schedule || !isScheduled(schedule)) return undefined;
  const run = await findUnfinishedRun(site.store.queries, adapter);
  const checks = await readSettledChecks(site.store.queries, adapter);
  const newExamples = await countNew(site, declaration, checks);
  const known = { schedule, run, checks, newExamples };
  return { declaration, schedule, run, newExamples, state: await readState(site, declaration, known, now) };
}

interface Known {
  readonly schedule: ScheduleKeys;
  readonly run: UnfinishedRun | undefined;
  readonly checks: SettledChecks;
  readonly newExamples: number;
}

async function readState(
  { store }: Site,
  { name: adapter, tasks }: AdapterDeclaration,
  { schedule, run, checks: { failures, lastFailure }, newExamples }: Known,
  now: Date,
): Promise<ScheduleState> {
  const { queries } = store;
  const dateOf = (time: string | undefined) => (time === undefined ? undefined : new Date(time));
  const facts: ScheduleFacts = {
    now,
    settledAt: async (trigger) => dateOf(await findLastSettled(queries, { adapter, trigger })),
    knownSince: async () => dateOf(await findAdapterCreation(queries, adapter)),
    championSince: async () => dateOf(await findChampionSince(queries, adapter)),
    newExamples: async () => newExamples,
    championExamples: () => countShown(queries, adapter, tasks),
    drifts: () => listDrifts(queries, adapter),
  };
  return {
    triggers: await readTriggers(schedule, facts),
    failures,
    lastFailure: dateOf(lastFailure),
    unfinished: run && { id: run.id, stage: run.stage, isHeld: isLive(run, await storeTime(store)) },
  };
}

/** Kept checks only: a look costs a query. The scheduler compares new batches before it looks. */
async function listDrifts(queries: Store['queries'], adapter: string): Promise<DriftFact[]> {
  const version = await findChampionVersion(queries, adapter);
  const checks = version === null ? [] : await listDriftChecks(queries, { adapter, version });
  return checks
    .filter(({ decides }) => decides)
    .map(({ batch, domain, effect, p, at }) => ({
      ...{ effect, p, at: new Date(at) },
      batch: domain === '' ? batch : `${batch}, domain ${domain}`,
    }));
}

/** Counts training examples that the champion has not learned and no earlier scheduled update has looked at. */
async function countNew(
  { store: { queries } }: Site,
  { name: adapter, tasks }: AdapterDeclaration,
  { throughExample: afterArrival }: SettledChecks,
): Promise<number> {
  const version = await findChampionVersion(queries, adapter);
  return countUnlearned(queries, { adapter, version, tasks: tasks.map(({ name }) => name), afterArrival });
}

/** Counts the training examples that the champion was shown: all except those that arrived later. */
async function countShown(
  queries: Store['queries'],
  adapter: string,
  tasks: AdapterDeclaration['tasks'],
): Promise<number> {
  const version = await findChampionVersion(queries, adapter);
  const names = tasks.map(({ name }) => name);
  const all = await countUnlearned(queries, { adapter, version: null, tasks: names });
  return all - (await countUnlearned(queries, { adapter, version, tasks: names }));
}
