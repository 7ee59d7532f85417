/** Reads what the schedule of an adapter waits for. */
import type { AdapterDeclaration, ScheduleDeclaration } from '../core/declaration.js';
import { EspalierError } from '../core/errors.js';
import { type Attempt, attempt } from '../core/trouble.js';
import { listAdapterNames, readDeclaration, type Workspace } from '../core/workspace.js';
import { isLive } from '../pipeline/lease.js';
import { findChampionVersion } from '../store/candidates.js';
import { type Store, storeError } from '../store/database.js';
import { findRegistration } from '../store/example-writer.js';
import { countUnlearned } from '../store/learned.js';
import { readSettledChecks } from '../store/schedule.js';
import { findUnfinishedRun, type UnfinishedRun } from '../store/unfinished.js';
import type { ScheduleState } from './due.js';

/** Where adapters are declared, and where it is kept what became of them. */
export interface Site {
  readonly workspace: Workspace;
  readonly store: Store;
}

export interface Look {
  readonly declaration: AdapterDeclaration;
  readonly schedule: ScheduleDeclaration;
  readonly state: ScheduleState;
  readonly run: UnfinishedRun | undefined;
}

/** Adapter -> what its schedule waits for, or why that cannot be read. Adapters without a schedule are left out. @throws SCHEDULE_EMPTY */
export async function lookAtAll(site: Site, now: Date): Promise<Map<string, Attempt<Look>>> {
  const looks = new Map<string, Attempt<Look>>();
  for (const adapter of await listAdapterNames(site.workspace)) {
    const { value, trouble } = await tryLook(site, adapter, now);
    if (trouble) looks.set(adapter, { trouble });
    else if (value) looks.set(adapter, { value });
  }
  if (looks.size === 0) throw new EspalierError('SCHEDULE_EMPTY', `no adapter in ${site.workspace.root} declares a schedule`);
  return looks;
}

export function tryLook(site: Site, adapter: string, now: Date): Promise<Attempt<Look | undefined>> {
  return attempt(
    () => lookAt(site, adapter, now),
    (thrown) => storeError(thrown, site.store.path),
  );
}

/** Undefined: the adapter declares no schedule. @throws DECLARATION_INVALID, STORE_CORRUPT, STORE_BUSY */
export async function lookAt(site: Site, adapter: string, now: Date): Promise<Look | undefined> {
  const declaration = await readDeclaration(site.workspace, adapter);
  const { schedule } = declaration;
  if (schedule?.cron === undefined && schedule?.newExamples === undefined) return undefined;
  const run = await findUnfinishedRun(site.store.queries, adapter);
  return { declaration, schedule, run, state: await readState(site, declaration, { run, now }) };
}

async function readState(
  { store: { queries } }: Site,
  { name: adapter, tasks }: AdapterDeclaration,
  { run, now }: { run: UnfinishedRun | undefined; now: Date },
): Promise<ScheduleState> {
  const checks = await readSettledChecks(queries, adapter);
  const since = checks.lastCron ?? (await findRegistration(queries, adapter));
  const version = await findChampionVersion(queries, adapter);
  const range = { adapter, version, tasks: tasks.map(({ name }) => name), afterArrival: checks.throughExample };
  return {
    cronSince: since === undefined ? now : new Date(since),
    newExamples: await countUnlearned(queries, range),
    failures: checks.failures,
    lastFailure: checks.lastFailure === undefined ? undefined : new Date(checks.lastFailure),
    unfinished: run && { id: run.id, stage: run.stage, isHeld: isLive(run, new Date()) },
  };
}
