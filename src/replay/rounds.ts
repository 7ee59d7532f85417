/**
 * One order of all offers, balanced over labels first and within each label over its domains. Places are given in
 * rounds: each label gets its first place, then its second, and so on, and a label gives its places to its domains in
 * the same way. Ties are settled by a hash, so that neither the alphabet nor the order of arrival favours anyone. A
 * buffer is the beginning of the order, whatever its budget is.
 */
import { groupBy } from '../core/grouping.js';
import { uniformOf } from '../core/random.js';
import type { Offer } from './policy.js';

/** @param withinCell puts the offers of one label and domain in order, the first to be kept first */
export function inBalancedRounds<T extends Offer>(
  offers: readonly T[],
  seed: number,
  withinCell: (cell: readonly T[]) => readonly T[],
): T[] {
  const labels = groupBy(offers, ({ label }) => label);
  return inTurns(
    [...labels].map(([label, own]) => {
      const cells = groupBy(own, ({ domain }) => domain);
      const queues = [...cells].map(([domain, cell]) => ({
        tie: uniformOf(seed, JSON.stringify([label, domain])),
        queue: withinCell(cell),
      }));
      return { tie: uniformOf(seed, JSON.stringify([label])), queue: inTurns(queues) };
    }),
  );
}

/**
 * The first of every queue, then the second of every queue, and so on; in each round the queues come in order of their
 * ties.
 */
function inTurns<T>(queues: readonly { readonly tie: number; readonly queue: readonly T[] }[]): T[] {
  const sorted = [...queues].sort((a, b) => a.tie - b.tie);
  const order: T[] = [];
  for (let waiting = sorted, round = 0; waiting.length > 0; round++) {
    for (const { queue } of waiting) order.push(queue[round]!);
    waiting = waiting.filter(({ queue }) => queue.length > round + 1);
  }
  return order;
}

/**
 * By a draw that each text has for a seed: the lowest first, and of one text with several labels the example that came
 * first. Of the beginning of this order every subset is equally likely.
 */
export function byDraw<T extends Offer>(offers: readonly T[], seed: number): T[] {
  return offers
    .map((offer) => ({ offer, draw: uniformOf(seed, offer.hash) }))
    .sort((a, b) => a.draw - b.draw || a.offer.exampleId - b.offer.exampleId)
    .map(({ offer }) => offer);
}
