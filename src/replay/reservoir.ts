/**
 * The balanced reservoir: a sample of everything that was ever offered, under a budget of examples or bytes, balanced over labels first and
 * within each label over its domains; each cell (label x domain) keeps a uniform sample of what it was offered.
 *
 * Every example has a fixed draw, and a cell keeps its lowest draws (bottom-k sampling). Places are given in rounds: each label gets its
 * first place, then its second, and so on, and a label gives its places to its domains in the same way. Ties are settled by a hash, so that
 * neither the alphabet nor the order of arrival favours anyone. That is one order of all examples whatever the budget is, and the buffer is
 * its beginning. Balancing by class follows Chrysakis & Moens ("Online continual learning from imbalanced data", ICML 2020), whose single
 * level drops whole labels once cells outnumber places; the order makes the sample a function of the set of offers alone, so that a cell that
 * grows again, because a budget was raised or long texts made way for short ones, takes its lowest draws.
 *
 * A budget of bytes bounds the sum; the balance counts examples. The sample ends at the first example that does not fit, so that short texts
 * are not preferred to long ones. Only where more than a twentieth of the budget is still free is that example passed over.
 *
 * Cost: O(n log n) time and O(n) memory for n examples ever offered, about 3 microseconds each.
 */

import { groupBy } from '../core/grouping.js';
import { uniformOf } from '../core/random.js';
import type { BufferBudget } from '../declaration/declaration.js';
import type { Membership, MembershipState } from '../store/buffer.js';

export const reservoirPolicy = 'balanced-reservoir';

export interface Offer {
  readonly exampleId: number;
  readonly hash: string;
  /** Names the label among those of all tasks: two labels never share it. */
  readonly label: string;
  /** The label as people read it. */
  readonly shown: string;
  readonly domain: string;
  /** Size of the text in UTF-8 bytes. */
  readonly bytes: number;
}

/** An example that was offered before has a state already. */
export interface KnownOffer extends Offer {
  readonly state?: MembershipState | undefined;
}

/** The share of a byte budget that may stay free where the next example does not fit. */
const mostUnused = 1 / 20;

/** The examples that the buffer should hold. Same offers in any order, same budget, same seed: same members. */
export function chooseMembers<T extends Offer>(offers: readonly T[], budget: BufferBudget, seed: number): T[] {
  const inBytes = 'bytes' in budget;
  const limit = inBytes ? budget.bytes : budget.examples;
  const members: T[] = [];
  let used = 0;
  for (const offer of balancedOrder(offers, seed)) {
    const cost = inBytes ? offer.bytes : 1;
    if (used + cost <= limit) {
      members.push(offer);
      used += cost;
    } else if (limit - used <= limit * mostUnused) break;
  }
  return members;
}

/** All offers, those first that a balanced buffer holds at the smallest budgets. */
function balancedOrder<T extends Offer>(offers: readonly T[], seed: number): T[] {
  const labels = groupBy(offers, ({ label }) => label);
  return inTurns(
    [...labels].map(([label, own]) => {
      const cells = groupBy(own, ({ domain }) => domain);
      const queues = [...cells].map(([domain, cell]) => ({
        tie: uniformOf(seed, JSON.stringify([label, domain])),
        queue: byDraw(cell, seed),
      }));
      return { tie: uniformOf(seed, JSON.stringify([label])), queue: inTurns(queues) };
    }),
  );
}

function byDraw<T extends Offer>(cell: readonly T[], seed: number): T[] {
  return cell
    .map((offer) => ({ offer, draw: uniformOf(seed, offer.hash) }))
    .sort((a, b) => a.draw - b.draw)
    .map(({ offer }) => offer);
}

/** The first of every queue, then the second of every queue, and so on; in each round the queues come in order of their ties. */
function inTurns<T>(queues: readonly { readonly tie: number; readonly queue: readonly T[] }[]): T[] {
  const sorted = [...queues].sort((a, b) => a.tie - b.tie);
  const order: T[] = [];
  for (let waiting = sorted, round = 0; waiting.length > 0; round++) {
    for (const { queue } of waiting) order.push(queue[round]!);
    waiting = waiting.filter(({ queue }) => queue.length > round + 1);
  }
  return order;
}

export interface Balance {
  readonly budget: BufferBudget;
  readonly seed: number;
  readonly now: Date;
}

/** The rows that change when the buffer is balanced over all offers, in their order: those of new offers, and of those that leave or come back. */
export function balanceBuffer(offers: readonly KnownOffer[], { budget, seed, now }: Balance): Membership[] {
  const members = chooseMembers(offers, budget, seed);
  const ids = new Set(members.map(({ exampleId }) => exampleId));
  const reasonFor = explain(members, budget);
  return offers.flatMap((offer) => {
    const { exampleId, state: before } = offer;
    const state: MembershipState = ids.has(exampleId) ? 'member' : before === 'member' ? 'evicted' : 'declined';
    if (state === before || (state === 'declined' && before === 'evicted')) return [];
    const score = uniformOf(seed, offer.hash);
    return [{ exampleId, state, policy: reservoirPolicy, score, reason: reasonFor(offer, state), since: now.toISOString() }];
  });
}

/** Why an example is in the buffer or not, in numbers of the buffer as it is now. */
function explain(members: readonly Offer[], budget: BufferBudget): (offer: KnownOffer, state: MembershipState) => string {
  const inBytes = 'bytes' in budget;
  const used = inBytes ? members.reduce((sum, { bytes }) => sum + bytes, 0) : members.length;
  const full = `${used} of ${inBytes ? `${budget.bytes} bytes` : `${budget.examples} examples`}`;
  const cells = countBy(members, ({ label, domain }) => JSON.stringify([label, domain]));
  const labels = countBy(members, ({ label }) => label);
  return ({ label, shown, domain, bytes, state: before }, state) => {
    const cell = cells.get(JSON.stringify([label, domain])) ?? 0;
    const place = `${shown} in ${domain} holds ${cell} of the ${labels.get(label) ?? 0} examples of its label`;
    if (state === 'member') return `${before === undefined ? 'admitted' : 'readmitted'}: ${place}, the buffer ${full}`;
    if (inBytes && bytes > budget.bytes) return `declined: the text has ${bytes} bytes, the whole buffer ${budget.bytes}`;
    return `${state}: the buffer was full, with ${full}; ${place}, and this example's draw is not among the lowest`;
  };
}

function countBy(offers: readonly Offer[], keyOf: (offer: Offer) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const offer of offers) counts.set(keyOf(offer), (counts.get(keyOf(offer)) ?? 0) + 1);
  return counts;
}
