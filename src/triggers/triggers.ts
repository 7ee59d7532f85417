/**
 * All triggers. A new one is one file in this room and one place in this array; adapter.yaml, the scheduler and its
 * words follow.
 */
import { z } from 'zod';
import { championAge } from './champion-age.js';
import { cron } from './cron.js';
import { newExamples } from './new-examples.js';
import type { ScheduleFacts, Trigger } from './trigger.js';

/** Of several that are due the first is named. */
export const triggers = [cron, newExamples, championAge] as const;

type Shapes<T> = T extends { readonly shape: infer Shape } ? (shape: Shape) => void : never;
type Together = Shapes<(typeof triggers)[number]> extends (shape: infer All) => void ? All : never;

/** The keys of every trigger, as they stand under `schedule:`. */
export const scheduleShape = z.strictObject(
  Object.assign({}, ...triggers.map(({ shape }) => shape)) as Together extends z.ZodRawShape ? Together : never,
);

export const schedule = scheduleShape.superRefine((keys, context) => {
  for (const trigger of allTriggers) {
    const fault = trigger.faultOf?.(keys);
    if (fault)
      context.addIssue({ code: 'custom', message: fault.message, path: [fault.key], params: { hint: fault.hint } });
  }
});

export type ScheduleKeys = z.infer<typeof scheduleShape>;

/** As they are called with the keys of all: each looks at its own. */
const allTriggers = triggers as unknown as readonly Trigger<string, z.ZodRawShape, unknown>[];

/** A trigger that adapter.yaml declares, and what it knows. */
export interface ReadTrigger {
  readonly name: string;
  due(now: Date): string | undefined;
  next(now: Date): string | undefined;
}

/** The declared triggers, each with its state as the facts are now. None: the adapter has no schedule. */
export async function readTriggers(keys: ScheduleKeys, facts: ScheduleFacts): Promise<ReadTrigger[]> {
  const declared = allTriggers.filter((trigger) => trigger.isDeclared(keys));
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

export const isScheduled = (keys: ScheduleKeys): boolean => allTriggers.some((trigger) => trigger.isDeclared(keys));
