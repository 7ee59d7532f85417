/** The table `schedule_checks`: every update that the schedule started, its outcome, and the reason. */
import { sql } from 'kysely';
import type { Principal } from './audit.js';
import { readJson } from './sealed-row.js';
import type { Queries, Store } from './store.js';
import { transact } from './transaction.js';

export interface ScheduleCheck {
  readonly id: number;
  readonly adapter: string;
  readonly trigger: string;
  readonly outcome: 'candidate' | 'nothing' | 'failed';
  readonly reason: string;
  readonly runId: number | null;
  /** Arrival number of the newest example that the update looked at. */
  readonly throughExample: number;
  readonly at: string;
}

export type NewCheck = Omit<ScheduleCheck, 'id'>;

/** State of an adapter's schedule, derived from its checks. A failed check settles nothing. */
export interface SettledChecks {
  /** Arrival number of the newest example that an update looked at; 0 without one. */
  readonly throughExample: number;
  /** Number of failed checks since the last settled one. */
  readonly failures: number;
  readonly lastFailure: string | undefined;
}

/** The `trigger` of a run that the schedule started. */
export const runTrigger = (trigger: string) => `schedule: ${trigger}`;

/** The schedule's trigger that began a run; undefined if a person began it. */
export function triggerOfRun(trigger: string): string | undefined {
  return trigger.startsWith(runTrigger('')) ? trigger.slice(runTrigger('').length) : undefined;
}

/** Who began a run: a person by name, or the schedule. */
export function principalOf(trigger: string): Principal {
  return { name: trigger, via: triggerOfRun(trigger) === undefined ? 'cli' : 'schedule' };
}

/** Records a check; a run has only one, so a second check of the same run is not recorded, and false is returned. */
export async function recordCheck(store: Store, { runId, throughExample, ...check }: NewCheck): Promise<boolean> {
  return transact(store, async (queries) => {
    if (runId !== null && (await hasCheck(queries, runId))) return false;
    await queries
      .insertInto('schedule_checks')
      .values({ ...check, run_id: runId, through_example: throughExample })
      .execute();
    return true;
  });
}

async function hasCheck(queries: Queries, runId: number): Promise<boolean> {
  const row = await queries.selectFrom('schedule_checks').select('id').where('run_id', '=', runId).executeTakeFirst();
  return row !== undefined;
}

/** Lists checks, newest first. */
export async function listChecks(queries: Queries, adapter: string, limit: number): Promise<ScheduleCheck[]> {
  return queries
    .selectFrom('schedule_checks')
    .select([
      'id',
      'adapter',
      'trigger',
      'outcome',
      'reason',
      'run_id as runId',
      'through_example as throughExample',
      'at',
    ])
    .where('adapter', '=', adapter)
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
}

export async function readSettledChecks(queries: Queries, adapter: string): Promise<SettledChecks> {
  const checks = queries.selectFrom('schedule_checks').where('adapter', '=', adapter);
  const settled = await checks
    .where('outcome', '!=', 'failed')
    .select([sql<number | null>`max(id)`.as('id'), sql<number | null>`max(through_example)`.as('throughExample')])
    .executeTakeFirstOrThrow();
  const failed = await checks
    .where('outcome', '=', 'failed')
    .where('id', '>', settled.id ?? 0)
    .select([sql<number>`count(*)`.as('count'), sql<string | null>`max(at)`.as('at')])
    .executeTakeFirstOrThrow();
  return {
    throughExample: settled.throughExample ?? 0,
    failures: failed.count,
    lastFailure: failed.at ?? undefined,
  };
}

/** When an update begun by the trigger last ended without a failure; undefined if none did. */
export async function findLastSettled(
  queries: Queries,
  { adapter, trigger }: { readonly adapter: string; readonly trigger: string },
): Promise<string | undefined> {
  const row = await queries
    .selectFrom('schedule_checks')
    .select(sql<string | null>`max(at)`.as('at'))
    .where('adapter', '=', adapter)
    .where('outcome', '!=', 'failed')
    .where('trigger', '=', trigger)
    .executeTakeFirstOrThrow();
  return row.at ?? undefined;
}

/**
 * The missing checks, oldest first, of scheduled runs that made a candidate: their process ended before recording the
 * check.
 */
export async function listMissingChecks(queries: Queries, adapter: string): Promise<NewCheck[]> {
  const rows = await queries
    .selectFrom('runs')
    .innerJoin('candidates', 'candidates.run_id', 'runs.id')
    .leftJoin('schedule_checks', 'schedule_checks.run_id', 'runs.id')
    .select(['runs.id', 'runs.trigger', 'runs.started_at', 'candidates.id as candidate', 'candidates.verdict'])
    .select('runs.plan')
    .where('runs.adapter', '=', adapter)
    .where('runs.trigger', 'like', `${runTrigger('')}%`)
    .where('schedule_checks.id', 'is', null)
    .orderBy('runs.id')
    .execute();
  return rows.map((row) => ({
    adapter,
    trigger: triggerOfRun(row.trigger)!,
    outcome: 'candidate',
    reason: `run ${row.id} had not been recorded here; candidate ${row.candidate}: ${row.verdict}`,
    runId: row.id,
    throughExample: (readJson(row.plan, `run ${row.id} of ${adapter}`) as { throughExample: number }).throughExample,
    at: row.started_at,
  }));
}
