/**
 * The seam of triggers: what sets a scheduled update off. A trigger owns its keys under `schedule:` in adapter.yaml,
 * what it has to know, and its words. It reads facts through functions, so that it needs no store, and it decides by
 * pure functions of keys, state and time.
 */
import type { z } from 'zod';

/** What is known of an adapter. Each is read when it is asked for. */
export interface ScheduleFacts {
  readonly now: Date;
  /** When an update that this trigger began last ended without a failure; undefined: never. */
  settledAt(trigger: string): Promise<Date | undefined>;
  /** Since when the store knows the adapter; undefined: it has no example yet. */
  knownSince(): Promise<Date | undefined>;
  /** Since when the champion serves; undefined: there is none. */
  championSince(): Promise<Date | undefined>;
  /** Training examples that neither the champion has learned nor an earlier update of the schedule has looked at. */
  newExamples(): Promise<number>;
  /** Training examples that the champion was shown; 0 where there is none. */
  championExamples(): Promise<number>;
}

export interface Fault {
  readonly key: string;
  readonly message: string;
  readonly hint?: string | undefined;
}

export interface Trigger<Name extends string, Shape extends z.ZodRawShape, State> {
  /** As checks and runs name it. */
  readonly name: Name;
  /** Its keys; each may be left out. */
  readonly shape: Shape;
  /** What is wrong with keys that are well-formed each by itself. */
  faultOf?(keys: z.infer<z.ZodObject<Shape>>): Fault | undefined;
  isDeclared(keys: z.infer<z.ZodObject<Shape>>): boolean;
  /** Called where it is declared. */
  read(facts: ScheduleFacts): Promise<State>;
  /** Why an update is due, in a sentence without its end; undefined: none is. */
  due(keys: z.infer<z.ZodObject<Shape>>, state: State, now: Date): string | undefined;
  /** What it waits for: "at 120 more examples"; undefined: for nothing that will come. */
  next(keys: z.infer<z.ZodObject<Shape>>, state: State, now: Date): string | undefined;
}

/** Gives a trigger its type by its parts. */
export const defineTrigger = <Name extends string, Shape extends z.ZodRawShape, State>(
  trigger: Trigger<Name, Shape, State>,
): Trigger<Name, Shape, State> => trigger;

/** A trigger whose words are held to be words: they are kept with every check. */
export function speakingTrigger<Name extends string, Shape extends z.ZodRawShape, State>(
  trigger: Trigger<Name, Shape, State>,
): Trigger<Name, Shape, State> {
  const { due, next } = trigger;
  return {
    ...trigger,
    ...(typeof due === 'function' && { due: (...given) => wordsOrNothing(due.apply(trigger, given)) }),
    ...(typeof next === 'function' && { next: (...given) => wordsOrNothing(next.apply(trigger, given)) }),
  };
}

function wordsOrNothing(words: string | undefined): string | undefined {
  if (words === undefined || (typeof words === 'string' && words !== '')) return words;
  throw new TypeError(`it must give a sentence or undefined, and gave ${words === '' ? 'an empty one' : typeof words}`);
}
