/** The budget of a buffer: of examples, or of the bytes of their texts. */
import type { BufferBudget } from '../declaration/declaration.js';
import type { Offer } from './policy.js';

/** The share of a byte budget that may stay free where the next example does not fit. */
const mostUnused = 1 / 20;

/**
 * The beginning of an order that the budget holds. Of a budget of bytes it ends at the first example that does not fit,
 * so that short texts are not preferred to long ones. Only where more than a twentieth of the budget is still free is
 * that example passed over.
 */
export function takeWithin<T extends Offer>(order: readonly T[], budget: BufferBudget): T[] {
  const limit = limitOf(budget);
  const taken: T[] = [];
  let used = 0;
  for (const offer of order) {
    const cost = 'bytes' in budget ? offer.bytes : 1;
    if (used + cost <= limit) {
      taken.push(offer);
      used += cost;
    } else if (limit - used <= limit * mostUnused) break;
  }
  return taken;
}

/** "700 of 750 examples" */
export function usedOf(members: readonly Offer[], budget: BufferBudget): string {
  if ('examples' in budget) return `${members.length} of ${budget.examples} examples`;
  return `${costOf(members, budget)} of ${budget.bytes} bytes`;
}

/** The number of examples or bytes that the budget holds. */
export const limitOf = (budget: BufferBudget) => ('bytes' in budget ? budget.bytes : budget.examples);

/** How much of the budget offers take up: examples, or bytes. */
export function costOf(offers: readonly Offer[], budget: BufferBudget): number {
  return 'bytes' in budget ? offers.reduce((sum, { bytes }) => sum + bytes, 0) : offers.length;
}

/** What `members` leave of a budget. */
export function remaining(budget: BufferBudget, members: readonly Offer[]): BufferBudget {
  const left = limitOf(budget) - costOf(members, budget);
  return 'bytes' in budget ? { bytes: left } : { examples: left };
}
