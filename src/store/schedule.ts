/** The table `schedule_checks`: what the schedule started, how it ended, and why. */
import type { Queries } from './database.js';

export interface ScheduleCheck {
  readonly id: number;
  readonly adapter: string;
  readonly trigger: string;
  readonly outcome: 'candidate' | 'nothing' | 'failed';
  readonly reason: string;
  readonly runId: number | null;
  /** The newest example then. */
  readonly throughExample: number;
  readonly at: string;
}

export async function recordCheck(queries: Queries, { runId, throughExample, ...check }: Omit<ScheduleCheck, 'id'>): Promise<void> {
  await queries
    .insertInto('schedule_checks')
    .values({ ...check, run_id: runId, through_example: throughExample })
    .execute();
}

/** Newest first. */
export async function listChecks(queries: Queries, adapter: string, limit: number): Promise<ScheduleCheck[]> {
  return queries
    .selectFrom('schedule_checks')
    .select(['id', 'adapter', 'trigger', 'outcome', 'reason', 'run_id as runId', 'through_example as throughExample', 'at'])
    .where('adapter', '=', adapter)
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
}
