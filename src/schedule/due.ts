/** What sets an update off: pure functions of what is declared, what is known, and the time. */
import { Cron } from 'croner';
import type { ScheduleDeclaration } from '../core/declaration.js';
import { EspalierError, messageOf } from '../core/errors.js';

export interface ScheduleState {
  /** When the cron line last set something off; or since when the adapter is known. */
  readonly cronSince: Date;
  /** Training examples that neither the champion has learned nor an earlier trigger has acted on. */
  readonly newExamples: number;
}

export interface Due {
  readonly trigger: 'cron' | 'newExamples';
  readonly reason: string;
}

/** A trigger tells whether it is due, and what it waits for. */
interface Trigger {
  due(declaration: ScheduleDeclaration, state: ScheduleState, now: Date): Due | undefined;
  next(declaration: ScheduleDeclaration, state: ScheduleState, now: Date): string | undefined;
}

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
const triggers: readonly Trigger[] = [cron, newExamples];

export function findDue(declaration: ScheduleDeclaration, state: ScheduleState, now: Date): Due | undefined {
  return triggers.map((trigger) => trigger.due(declaration, state, now)).find((due) => due !== undefined);
}

/** What the adapter waits for: "2026-11-30T05:00:00.000Z, or at 120 more examples". */
export function describeNext(declaration: ScheduleDeclaration, state: ScheduleState, now: Date): string {
  return triggers.flatMap((trigger) => trigger.next(declaration, state, now) ?? []).join(', or ');
}

/** @throws DECLARATION_INVALID */
export function nextCron({ cron: line, timeZone }: ScheduleDeclaration, after: Date): Date | undefined {
  if (line === undefined) return undefined;
  try {
    return new Cron(line, { timezone: timeZone, paused: true }).nextRun(after) ?? undefined;
  } catch (cause) {
    throw new EspalierError('DECLARATION_INVALID', `the schedule \`${line}\` in ${timeZone} is not understood: ${messageOf(cause)}`, {
      at: { field: 'schedule.cron' },
      cause,
    });
  }
}
