/**
 * Trigger on drift: a batch that arrived differs from what the champion has learned, by the checks that the store keeps.
 * An update that this trigger began and that did not fail settles the checks from before it. Without a new example there
 * is nothing to learn, so it waits.
 */
import { z } from 'zod';
import { type DriftFact, defineTrigger } from './trigger.js';

export const drift = defineTrigger({
  name: 'drift',
  shape: {
    drift: z
      .strictObject({
        /** Smallest distance of the inputs, as a share of the spread of what was learned. */
        effect: z.number().min(0).max(10).default(0.1),
        /** Largest p value, adjusted for the tests of the batch. */
        p: z.number().gt(0).max(1).default(0.05),
      })
      .optional(),
  },
  isDeclared: ({ drift: limits }) => limits !== undefined,
  async read({ drifts, settledAt, newExamples }) {
    const settled = await settledAt('drift');
    return { checks: (await drifts()).filter(({ at }) => !settled || at > settled), have: await newExamples() };
  },
  due({ drift: limits }, { checks, have }) {
    const found = have === 0 ? undefined : checks.find((check) => isBeyond(check, limits!));
    return found && `${found.batch} drifted (effect ${found.effect!.toFixed(2)}, p ${found.p!.toPrecision(2)})`;
  },
  next: ({ drift: { effect, p } = { effect: 0, p: 1 } }, { checks }) =>
    `at a batch with a drift of effect ${effect} and p ${p} (${checks.length} checked)`,
});

function isBeyond({ effect, p }: DriftFact, limits: { readonly effect: number; readonly p: number }): boolean {
  return effect !== null && p !== null && effect >= limits.effect && p <= limits.p;
}
