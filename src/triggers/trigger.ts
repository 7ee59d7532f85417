/**
 * The seam of triggers: conditions that start a scheduled update. A trigger owns its keys under `schedule:` in
 * adapter.yaml, the facts it reads, and its messages. It reads facts through functions, so that it needs no store, and
 * it decides by pure functions of keys, state and time.
 */
import type { z } from 'zod';

/** Facts about an adapter. Each is read only when it is called for. */
export interface ScheduleFacts {
  readonly now: Date;
  /** When an update begun by this trigger last ended without a failure; undefined if never. */
  settledAt(trigger: string): Promise<Date | undefined>;
  /** When the adapter first appeared in the store; undefined if it has no example yet. */
  knownSince(): Promise<Date | undefined>;
  /** When the champion began to serve; undefined if there is none. */
  championSince(): Promise<Date | undefined>;
  /** Number of training examples that the champion has not learned and no earlier scheduled update has looked at. */
  newExamples(): Promise<number>;
  /** Number of training examples that the champion was shown; 0 without a champion. */
  championExamples(): Promise<number>;
  /** Batches that were compared with what the champion has learned, and decide whether they drifted. */
  drifts(): Promise<readonly DriftFact[]>;
}

/** A batch, or one of its domains. */
export interface DriftFact {
  /** "arrivals 101-200, domain billing" */
  readonly batch: string;
  /** Distance of the inputs as a share of the spread of what was learned; null if it was not measured. */
  readonly effect: number | null;
  /** The smallest adjusted p of its tests; null if there were too few texts. */
  readonly p: number | null;
  readonly at: Date;
}

export interface Fault {
  readonly key: string;
  readonly message: string;
  readonly hint?: string | undefined;
}

export interface Trigger<Name extends string, Shape extends z.ZodRawShape, State> {
  /** Name of the trigger in checks and runs. */
  readonly name: Name;
  /** Schemas of its keys; each key is optional. */
  readonly shape: Shape;
  /** A fault in the combination of keys that are each valid. */
  faultOf?(keys: z.infer<z.ZodObject<Shape>>): Fault | undefined;
  isDeclared(keys: z.infer<z.ZodObject<Shape>>): boolean;
  /** Reads the facts it needs; called only if the trigger is declared. */
  read(facts: ScheduleFacts): Promise<State>;
  /** The reason why an update is due, as a sentence without a full stop; undefined if none is due. */
  due(keys: z.infer<z.ZodObject<Shape>>, state: State, now: Date): string | undefined;
  /** What it waits for: "at 120 more examples"; undefined if it will never be due. */
  next(keys: z.infer<z.ZodObject<Shape>>, state: State, now: Date): string | undefined;
}

/**
 * Returns the trigger, with its types inferred from its parts.
 * @example
 * defineTrigger({
 *   name: 'newExamples',
 *   shape: { newExamples: z.number().int().min(1).optional() },
 *   isDeclared: ({ newExamples }) => newExamples !== undefined,
 *   read: async (facts) => ({ have: await facts.newExamples() }),
 *   due: ({ newExamples }, { have }) => (have >= newExamples! ? `${have} new examples` : undefined),
 *   next: ({ newExamples }, { have }) => `at ${Math.max(newExamples! - have, 0)} more examples`,
 * });
 */
export const defineTrigger = <Name extends string, Shape extends z.ZodRawShape, State>(
  trigger: Trigger<Name, Shape, State>,
): Trigger<Name, Shape, State> => trigger;

/** Wraps a trigger so that its messages must be non-empty strings: they are stored with every check. */
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
