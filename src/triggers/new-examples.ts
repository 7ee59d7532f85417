/** Trigger on a number of new training examples. */
import { z } from 'zod';
import { defineTrigger } from './trigger.js';

export const newExamples = defineTrigger({
  name: 'newExamples',
  shape: { newExamples: z.number().int().min(1).optional() },
  isDeclared: ({ newExamples: wanted }) => wanted !== undefined,
  read: async (facts) => ({ have: await facts.newExamples() }),
  due: ({ newExamples: wanted }, { have }) =>
    have >= wanted! ? `${have} new examples (threshold ${wanted})` : undefined,
  next: ({ newExamples: wanted }, { have }) => `at ${Math.max(wanted! - have, 0)} more examples`,
});
