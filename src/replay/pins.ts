/** Pinned examples are members before any policy is asked, which chooses among the others for the room that is left. */
import { limitOf, remaining } from './budget.js';
import type { Offer, ReplayPolicy, Selection } from './policy.js';

/**
 * The policy, with pinned examples as members whatever it would choose; they count towards the budget.
 * @param pinned numbers of examples
 */
export function withPins(policy: ReplayPolicy, pinned: ReadonlySet<number>): ReplayPolicy {
  if (pinned.size === 0) return policy;
  return {
    ...policy,
    async choose<T extends Offer>(selection: Selection<T>) {
      const held = selection.offers.filter(({ exampleId }) => pinned.has(exampleId));
      const others = selection.offers.filter(({ exampleId }) => !pinned.has(exampleId));
      const budget = remaining(selection.budget, held);
      if (limitOf(budget) <= 0) return { members: held, scoreOf: () => 0, whyNot: 'pinned examples take up all of it' };
      const choice = await policy.choose({ ...selection, offers: others, budget });
      const scoreOf = (offer: T) => (pinned.has(offer.exampleId) ? 0 : choice.scoreOf(offer));
      return { ...choice, members: [...held, ...choice.members], scoreOf };
    },
  };
}
