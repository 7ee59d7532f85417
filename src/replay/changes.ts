/** From what a policy chose to the rows of the buffer that change, each with its reason in words. */
import type { BufferBudget } from '../declaration/declaration.js';
import type { Membership, MembershipState } from '../store/buffer.js';
import { usedOf } from './budget.js';
import type { Choice, KnownOffer, Offer, ReplayPolicy } from './policy.js';

export interface Balance {
  readonly policy: ReplayPolicy;
  readonly budget: BufferBudget;
  readonly seed: number;
  readonly now: Date;
}

/** The rows that change, in the order of the offers: those of new offers, and of those that leave or come back. */
export async function changesOf(offers: readonly KnownOffer[], balance: Balance): Promise<Membership[]> {
  const { policy, budget, seed } = balance;
  return changesBy(await policy.choose({ offers, budget, seed }), offers, balance);
}

/** The rows that change by what the policy of `balance` chose among the offers. */
export function changesBy(
  choice: Choice<KnownOffer>,
  offers: readonly KnownOffer[],
  { policy, budget, now }: Omit<Balance, 'seed'>,
): Membership[] {
  const ids = new Set(choice.members.map(({ exampleId }) => exampleId));
  const reasonFor = explain(choice, { policy, budget });
  return offers.flatMap((offer) => {
    const { exampleId, state: before } = offer;
    const state: MembershipState = ids.has(exampleId) ? 'member' : before === 'member' ? 'evicted' : 'declined';
    if (state === before || (state === 'declined' && before === 'evicted')) return [];
    const score = choice.scoreOf(offer);
    return [
      { exampleId, state, policy: policy.name, score, reason: reasonFor(offer, state), since: now.toISOString() },
    ];
  });
}

/** Why an example is in the buffer or not, in numbers of the buffer as it is now. */
function explain(
  { members, whyNot }: Choice<KnownOffer>,
  { policy, budget }: Pick<Balance, 'policy' | 'budget'>,
): (offer: KnownOffer, state: MembershipState) => string {
  const full = usedOf(members, budget);
  const isOpen = policy.mayLeaveRoom === true && !('examples' in budget && members.length === budget.examples);
  const filling = isOpen ? `the buffer holds ${full}` : `the buffer was full, with ${full}`;
  const cells = countBy(members, ({ label, domain }) => JSON.stringify([label, domain]));
  const labels = countBy(members, ({ label }) => label);
  return ({ label, shown, domain, bytes, state: before }, state) => {
    const cell = cells.get(JSON.stringify([label, domain])) ?? 0;
    const place = `${shown} in ${domain} holds ${cell} of the ${labels.get(label) ?? 0} examples of its label`;
    if (state === 'member') return `${before === undefined ? 'admitted' : 'readmitted'}: ${place}, the buffer ${full}`;
    if ('bytes' in budget && bytes > budget.bytes)
      return `declined: the text has ${bytes} bytes, the whole buffer ${budget.bytes}`;
    return `${state}: ${filling}; ${place}, and ${whyNot}`;
  };
}

function countBy(offers: readonly Offer[], keyOf: (offer: Offer) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const offer of offers) counts.set(keyOf(offer), (counts.get(keyOf(offer)) ?? 0) + 1);
  return counts;
}
