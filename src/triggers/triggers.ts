/**
 * All triggers. To add one, write a file in this room and add it to this array; adapter.yaml and the scheduler then
 * include it.
 */
import { z } from 'zod';
import { faultOfKeys } from '../core/added-keys.js';
import { membersOf, type Named } from '../core/extensions.js';
import { championAge } from './champion-age.js';
import { cron } from './cron.js';
import { drift } from './drift.js';
import { newExamples } from './new-examples.js';
import type { ScheduleFacts, Trigger } from './trigger.js';

/** Built-in triggers; if several are due, the first is named. */
export const triggers = [cron, newExamples, championAge, drift] as const;

type Shapes<T> = T extends { readonly shape: infer Shape } ? (shape: Shape) => void : never;
type Together = Shapes<(typeof triggers)[number]> extends (shape: infer All) => void ? All : never;

/** The keys of the built-in triggers under `schedule:`. */
export const scheduleShape = z.strictObject(
  Object.assign({}, ...triggers.map(({ shape }) => shape)) as Together extends z.ZodRawShape ? Together : never,
);

/** The keys of the built-in triggers, and those of the triggers that the workspace adds, by name. */
export type ScheduleKeys = z.infer<typeof scheduleShape> & Readonly<Record<string, unknown>>;

/** A trigger as called with the keys of all triggers: each reads its own. */
type AnyTrigger = Trigger<string, z.ZodRawShape, unknown>;

/** The built-in triggers, and those that the workspace adds. */
function allTriggers(): readonly AnyTrigger[] {
  return membersOf('trigger', triggers as unknown as readonly AnyTrigger[]);
}

/** Key -> schema of the keys under `schedule:`. */
export const scheduleKeys = (): Readonly<Record<string, z.ZodType>> =>
  Object.assign({}, ...allTriggers().map(({ shape }) => shape));

/** Schema of the section `schedule:`, with the keys of all triggers. */
export function scheduleSchema(): z.ZodType<ScheduleKeys> {
  const keys = z.strictObject(scheduleKeys()).superRefine((written, context) => {
    for (const trigger of allTriggers()) {
      const fault = trigger.faultOf?.(written);
      if (fault)
        context.addIssue({ code: 'custom', message: fault.message, path: [fault.key], params: { hint: fault.hint } });
    }
  });
  return keys as unknown as z.ZodType<ScheduleKeys>;
}

/** Describes a fault of a trigger that a workspace adds; undefined if it has none. */
export function faultOfTrigger(trigger: Named, others: readonly Named[]): string | undefined {
  const shapeOf = (other: Named) => (other as AnyTrigger).shape;
  return faultOfKeys(shapeOf(trigger), Object.assign({}, scheduleShape.shape, ...others.map(shapeOf)));
}

/**
 * Names that extensions cannot use: those of the built-in triggers, and the schedule's name for the resumption of a
 * run.
 */
export const takenTriggers: readonly string[] = [...triggers.map(({ name }) => name), 'unfinished'];

/** A trigger that adapter.yaml declares, bound to its keys and state. */
export interface ReadTrigger {
  readonly name: string;
  due(now: Date): string | undefined;
  next(now: Date): string | undefined;
}

/** The declared triggers, each with its state by the present facts. Empty if the adapter has no schedule. */
export async function readTriggers(keys: ScheduleKeys, facts: ScheduleFacts): Promise<ReadTrigger[]> {
  const declared = allTriggers().filter((trigger) => trigger.isDeclared(keys));
  return Promise.all(
    declared.map(async (trigger) => {
      const state = await trigger.read(facts);
      return {
        name: trigger.name,
        due: (now: Date) => trigger.due(keys, state, now),
        next: (now: Date) => trigger.next(keys, state, now),
      };
    }),
  );
}

export const isScheduled = (keys: ScheduleKeys): boolean => allTriggers().some((trigger) => trigger.isDeclared(keys));
