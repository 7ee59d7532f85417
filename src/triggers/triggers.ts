/**
 * All triggers. A new one is one file in this room and one place in this array; adapter.yaml, the scheduler and its
 * words follow.
 */
import { z } from 'zod';
import { faultOfKeys } from '../core/added-keys.js';
import { membersOf, type Named } from '../core/extensions.js';
import { championAge } from './champion-age.js';
import { cron } from './cron.js';
import { newExamples } from './new-examples.js';
import type { ScheduleFacts, Trigger } from './trigger.js';

/** Of several that are due the first is named. */
export const triggers = [cron, newExamples, championAge] as const;

type Shapes<T> = T extends { readonly shape: infer Shape } ? (shape: Shape) => void : never;
type Together = Shapes<(typeof triggers)[number]> extends (shape: infer All) => void ? All : never;

/** The keys of the built-in triggers, as they stand under `schedule:`. */
export const scheduleShape = z.strictObject(
  Object.assign({}, ...triggers.map(({ shape }) => shape)) as Together extends z.ZodRawShape ? Together : never,
);

/** The keys of the built-in triggers, and by name those of the triggers that the workspace adds. */
export type ScheduleKeys = z.infer<typeof scheduleShape> & Readonly<Record<string, unknown>>;

/** As they are called with the keys of all: each looks at its own. */
type AnyTrigger = Trigger<string, z.ZodRawShape, unknown>;

/** The built-in triggers, and those that the workspace adds. */
function allTriggers(): readonly AnyTrigger[] {
  return membersOf('trigger', triggers as unknown as readonly AnyTrigger[]);
}

/** Key -> schema of what may stand under `schedule:`. */
export const scheduleKeys = (): Readonly<Record<string, z.ZodType>> =>
  Object.assign({}, ...allTriggers().map(({ shape }) => shape));

/** Checks what stands under `schedule:`, with the keys of all triggers. */
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

/** What is wrong with a trigger that a workspace adds; undefined: nothing. */
export function faultOfTrigger(trigger: Named, others: readonly Named[]): string | undefined {
  const shapeOf = (other: Named) => (other as AnyTrigger).shape;
  return faultOfKeys(shapeOf(trigger), Object.assign({}, scheduleShape.shape, ...others.map(shapeOf)));
}

/** Names of the built-in triggers, and what the schedule calls the resumption of a run. */
export const takenTriggers: readonly string[] = [...triggers.map(({ name }) => name), 'unfinished'];

/** A trigger that adapter.yaml declares, and what it knows. */
export interface ReadTrigger {
  readonly name: string;
  due(now: Date): string | undefined;
  next(now: Date): string | undefined;
}

/** The declared triggers, each with its state as the facts are now. None: the adapter has no schedule. */
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
