/**
 * The table `runs`: one row is one update. Its stage is recorded before the next begins; a lease names the process that
 * works on it, and a fencing token keeps a process that was paused and overtaken from writing.
 */
import { EspalierError } from '../core/errors.js';
import { changedRow, type OnChanged, readJson, refuseChanged, sealValues } from './sealed-row.js';
import type { Queries, Store, Transaction } from './store.js';
import { transact } from './transaction.js';

/** The stages of a run, in order. */
export const stages = ['encode', 'mix', 'train', 'evaluate', 'gate', 'propose'] as const;
export type Stage = (typeof stages)[number];

export interface Run {
  readonly id: number;
  readonly adapter: string;
  readonly stage: Stage;
  /** Fixed when the run began. */
  readonly plan: unknown;
  /** Stage -> its output, for the finished stages. */
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly trigger: string;
  readonly owner: string;
  readonly token: number;
  readonly startedAt: string;
}

export interface RunSummary {
  readonly id: number;
  readonly status: 'running' | 'done' | 'failed';
  readonly stage: string;
  readonly trigger: string;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly error: string | null;
  /** The last owner, and the end of its lease. */
  readonly owner: string;
  readonly leaseUntil: string;
}

export const leaseMilliseconds = 90_000;

/** Whether the process of an owner is still running; the lease of a dead one need not be waited for. */
export type IsAlive = (owner: string) => boolean;

export interface TakeOver {
  readonly owner: string;
  readonly now: Date;
  readonly isAlive: IsAlive;
  /**
   * Set if the run is taken over only to be ended: plan and outputs are not read, so that a changed run can be ended,
   * too.
   */
  readonly toEnd?: true | undefined;
}

/**
 * The unfinished run of the adapter, taken over if its owner is gone.
 * @throws UPDATE_RUNNING, STORE_NEWER, STORE_CORRUPT
 */
export async function takeOverRun(
  store: Store,
  adapter: string,
  { owner, now, isAlive, toEnd }: TakeOver,
): Promise<Run | undefined> {
  return transact(store, async (queries) => {
    const row = await queries
      .selectFrom('runs')
      .selectAll()
      .where('adapter', '=', adapter)
      .where('status', '=', 'running')
      .executeTakeFirst();
    if (!row) return undefined;
    stageOf(row);
    if (row.lease_owner !== owner && new Date(row.lease_until) > now && isAlive(row.lease_owner)) {
      throw new EspalierError(
        'UPDATE_RUNNING',
        `run ${row.id} of ${adapter} is at stage ${row.stage}, by ${row.lease_owner}`,
      );
    }
    const taken = toEnd ? runOf({ ...row, plan: '{}', outputs: '{}', seal: null }) : runOf(row, refuseUnfinished);
    const token = row.fencing_token + 1;
    await queries
      .updateTable('runs')
      .set({ lease_owner: owner, lease_until: leaseFrom(now), fencing_token: token })
      .where('id', '=', row.id)
      .execute();
    return { ...taken, owner, token };
  });
}

export interface NewRun {
  readonly adapter: string;
  readonly stage: Stage;
  readonly plan: unknown;
  readonly trigger: string;
  readonly owner: string;
  /** Start time stored in the row. */
  readonly startedAt: Date;
  /** The clock that leases use. */
  readonly now: Date;
}

/** @throws UPDATE_RUNNING where another process has begun one in the meantime */
export async function beginRun(
  store: Store,
  { adapter, stage, plan, trigger, owner, startedAt, now }: NewRun,
): Promise<Run> {
  return transact(store, async (queries) => {
    const other = await queries
      .selectFrom('runs')
      .select('id')
      .where('adapter', '=', adapter)
      .where('status', '=', 'running')
      .executeTakeFirst();
    if (other) throw new EspalierError('UPDATE_RUNNING', `run ${other.id} of ${adapter} has just begun`);
    const sealed = {
      adapter,
      stage,
      plan: JSON.stringify(plan),
      outputs: '{}',
      trigger,
      started_at: startedAt.toISOString(),
    };
    const row = await queries
      .insertInto('runs')
      .values({
        ...sealed,
        seal: sealOf(sealed),
        status: 'running',
        lease_owner: owner,
        lease_until: leaseFrom(now),
        fencing_token: 1,
        ended_at: null,
        error: null,
      })
      .returningAll()
      .executeTakeFirstOrThrow();
    return runOf(row);
  });
}

/** Records a stage's output and the next stage. @throws LEASE_LOST */
export async function advanceRun(
  transaction: Transaction,
  run: Run,
  stage: Stage,
  outputs: Run['outputs'],
): Promise<Run> {
  await requireHeld(transaction, run);
  const columns = ['adapter', 'plan', 'trigger', 'started_at'] as const;
  const begun = await transaction.selectFrom('runs').select(columns).where('id', '=', run.id).executeTakeFirstOrThrow();
  const written = { stage, outputs: JSON.stringify(outputs) };
  await changeOwned(transaction, run, { ...written, seal: sealOf({ ...begun, ...written }) });
  return { ...run, stage, outputs };
}

/** For writes of a stage before its end, inside the transaction that writes. @throws LEASE_LOST */
export async function requireHeld(queries: Queries, run: Run): Promise<void> {
  const held = await queries
    .selectFrom('runs')
    .select('id')
    .where('id', '=', run.id)
    .where('fencing_token', '=', run.token)
    .where('status', '=', 'running')
    .executeTakeFirst();
  if (!held) throw leaseLost(run);
}

/** @throws LEASE_LOST, STORE_GONE */
export async function renewLease(store: Store, run: Run, now: Date): Promise<void> {
  store.engine.requireInPlace();
  await changeOwned(store.queries, run, { lease_until: leaseFrom(now) });
}

/** Releases a run that was stopped, so that another process can continue at once. */
export async function releaseRun(store: Store, run: Run): Promise<void> {
  await changeOwned(store.queries, run, { lease_until: new Date(0).toISOString() });
}

/** @throws LEASE_LOST */
export async function endRun(
  queries: Queries,
  run: Run,
  ending: { status: 'done' | 'failed'; error: string | null; at: Date },
): Promise<void> {
  await changeOwned(queries, run, { status: ending.status, error: ending.error, ended_at: ending.at.toISOString() });
}

/**
 * @param onChanged called if the row differs from what was written; without it the run is refused
 * @throws STORE_CORRUPT, also where the row is missing or cannot be read
 */
export async function readRun(queries: Queries, id: number, onChanged: OnChanged = refuseChanged): Promise<Run> {
  const row = await queries.selectFrom('runs').selectAll().where('id', '=', id).executeTakeFirst();
  if (!row) throw changedRow(`run ${id}`);
  return runOf(row, onChanged);
}

export async function listRuns(queries: Queries, adapter: string, limit: number): Promise<RunSummary[]> {
  const rows = await queries
    .selectFrom('runs')
    .select(['id', 'status', 'stage', 'trigger', 'started_at as startedAt', 'ended_at as endedAt', 'error'])
    .select(['lease_owner as owner', 'lease_until as leaseUntil'])
    .where('adapter', '=', adapter)
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
  return rows;
}

interface RunChange {
  readonly stage?: string;
  readonly outputs?: string;
  readonly seal?: number;
  readonly lease_until?: string;
  readonly status?: 'done' | 'failed';
  readonly error?: string | null;
  readonly ended_at?: string;
}

/** Writes only while this process still holds the run. */
async function changeOwned(queries: Queries, run: Run, change: RunChange): Promise<void> {
  const { numUpdatedRows } = await queries
    .updateTable('runs')
    .set(change)
    .where('id', '=', run.id)
    .where('fencing_token', '=', run.token)
    .where('status', '=', 'running')
    .executeTakeFirst();
  if (numUpdatedRows === 0n) throw leaseLost(run);
}

const leaseLost = ({ id }: Run) => new EspalierError('LEASE_LOST', `run ${id} is not this process's any more`);

const leaseFrom = (now: Date) => new Date(now.getTime() + leaseMilliseconds).toISOString();

interface SealedRun {
  readonly adapter: string;
  readonly stage: string;
  readonly plan: string;
  readonly outputs: string;
  readonly trigger: string;
  readonly started_at: string;
}

interface RunRow extends SealedRun {
  readonly id: number;
  readonly lease_owner: string;
  readonly fencing_token: number;
  readonly seal: number | null;
}

/**
 * A stage that is unknown here was written by a later Espalier, since nothing else writes this column. @throws
 * STORE_NEWER
 */
function stageOf({ id, stage }: RunRow): Stage {
  const known = stages.find((name) => name === stage);
  if (known === undefined)
    throw new EspalierError('STORE_NEWER', `run ${id} is at the stage \`${stage}\`, which this Espalier does not know`);
  return known;
}

/** Seals everything that a resumed run depends on. The owner changes with every lease, and is not sealed. */
function sealOf({ adapter, stage, plan, outputs, trigger, started_at }: SealedRun): number {
  return sealValues([adapter, stage, plan, outputs, trigger, started_at]);
}

const refuseUnfinished: OnChanged = (what) => {
  throw changedRow(what, {
    hint: 'Restore the database from a backup, or end the run and begin anew: `espalier update NAME` with `fresh`.',
    parameters: ['fresh'],
  });
};

/** @throws STORE_NEWER, STORE_CORRUPT */
function runOf(row: RunRow, onChanged: OnChanged = refuseChanged): Run {
  const what = `run ${row.id} of ${row.adapter}`;
  const parse = (text: string) => readJson(text, what, onChanged);
  const stage = stageOf(row);
  if (row.seal !== null && row.seal !== sealOf(row)) onChanged(what);
  return {
    id: row.id,
    adapter: row.adapter,
    stage,
    plan: parse(row.plan),
    outputs: parse(row.outputs) as Run['outputs'],
    trigger: row.trigger,
    owner: row.lease_owner,
    token: row.fencing_token,
    startedAt: row.started_at,
  };
}
