/** A policy above a floor: at least so many examples of each label, whatever the policy prefers. */
import { groupBy } from '../core/grouping.js';
import { limitOf, remaining, takeWithin } from './budget.js';
import type { Choice, Offer, ReplayPolicy, Selection } from './policy.js';
import { byDraw } from './rounds.js';

/**
 * Where the policy takes fewer than `floor` examples of some label, each label first gets that many, or all there are:
 * those that the policy prefers among the label's own. The policy then fills what is left of the budget. Where the
 * budget cannot hold the floor of every label, labels get their places in rounds. Cost: that of the policy, at most
 * three times.
 */
export function withFloor(policy: ReplayPolicy, floor: number): ReplayPolicy {
  if (floor === 0) return policy;
  return { ...policy, choose: (selection) => chooseAbove(floor, policy, selection) };
}

async function chooseAbove<T extends Offer>(
  floor: number,
  policy: ReplayPolicy,
  selection: Selection<T>,
): Promise<Choice<T>> {
  const free = await policy.choose(selection);
  const held = groupBy(free.members, ({ label }) => label);
  const labels = [...groupBy(byDraw(selection.offers, selection.seed), ({ label }) => label)];
  const isMet = labels.every(([label, own]) => (held.get(label)?.length ?? 0) >= Math.min(floor, own.length));
  if (isMet) return free;
  const queues: T[][] = [];
  for (const [, offers] of labels) queues.push(await firstOf(offers, floor, { policy, selection }));
  const rounds = Array.from({ length: floor }, (_, round) => queues.flatMap((queue) => queue.slice(round, round + 1)));
  const first = takeWithin(rounds.flat(), selection.budget);
  return { ...free, members: [...first, ...(await chooseBeside(first, policy, selection))] };
}

/** The `count` that the policy prefers; where it would leave room, the next by their draw. */
async function firstOf<T extends Offer>(
  offers: readonly T[],
  count: number,
  { policy, selection }: { readonly policy: ReplayPolicy; readonly selection: Selection<T> },
): Promise<T[]> {
  const { members } = await policy.choose({ ...selection, offers, budget: { examples: count } });
  const taken = new Set(members);
  return [...members, ...offers.filter((offer) => !taken.has(offer))].slice(0, count);
}

/** What the policy takes beside `first`, with what is left of the budget. */
async function chooseBeside<T extends Offer>(
  first: readonly T[],
  policy: ReplayPolicy,
  selection: Selection<T>,
): Promise<readonly T[]> {
  const budget = remaining(selection.budget, first);
  if (limitOf(budget) === 0) return [];
  const taken = new Set(first);
  const offers = selection.offers.filter((offer) => !taken.has(offer));
  return (await policy.choose({ ...selection, offers, budget })).members;
}
