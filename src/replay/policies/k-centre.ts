/**
 * k-centre: the examples that cover all others best. Each is the one that is farthest from everything taken before
 * (Gonzalez, "Clustering to minimize the maximum intercluster distance", Theoretical Computer Science 1985; as a core
 * set: Sener & Savarese, "Active learning for convolutional neural networks: a core-set approach", ICLR 2018). The
 * farthest example from its nearest member is at most twice as far as with the best choice of as many members. Labels
 * and domains are not balanced: a floor (`buffer.floor`) keeps small labels.
 *
 * It prefers the unusual, and so it suits budgets that are large beside the variety of the texts; with few examples a
 * label, herding stands for the label better. Wrong labels and noise are unusual, too.
 *
 * An example without a vector comes after those with one, by its draw. Cost: O(k n d) for k places and n vectors of
 * dimension d, in ONNX Runtime; docs/benchmarks.md has the seconds.
 */
import type { BufferBudget } from '../../declaration/declaration.js';
import { takeWithin } from '../budget.js';
import { farthestFirst } from '../farthest-first.js';
import type { Offer, ReplayPolicy } from '../policy.js';
import { byDraw } from '../rounds.js';

export const kCentre = {
  name: 'k-centre',
  summary: 'the examples that cover all others: each the farthest from those before it',
  score: 'place',
  wantsVectors: true,
  choose: async ({ offers, budget, seed }) => {
    const order = await inCoverage(byDraw(offers, seed), budget);
    const places = new Map(order.map(({ exampleId }, index) => [exampleId, index + 1]));
    return {
      members: takeWithin(order, budget),
      scoreOf: ({ exampleId }) => places.get(exampleId)!,
      whyNot: 'the members are nearer to it than to what they were taken for',
    };
  },
} satisfies ReplayPolicy;

/** @param offers in the order that names the first centre and follows the places that the budget has */
async function inCoverage<T extends Offer>(offers: readonly T[], budget: BufferBudget): Promise<T[]> {
  const withVector = offers.filter(({ vector }) => vector !== undefined);
  const centres = await farthestFirst(
    withVector.map(({ vector }) => vector!),
    mostPlaces(budget, withVector),
  );
  const covering = centres.map((index) => withVector[index]!);
  const taken = new Set(covering);
  const others = withVector.filter((offer) => !taken.has(offer));
  return [...covering, ...others, ...offers.filter(({ vector }) => vector === undefined)];
}

/** So many texts fit at most: the shortest ones. */
function mostPlaces(budget: BufferBudget, offers: readonly Offer[]): number {
  if ('examples' in budget) return budget.examples;
  let left = budget.bytes;
  const sizes = offers.map(({ bytes }) => bytes).sort((a, b) => a - b);
  const first = sizes.findIndex((bytes) => {
    left -= bytes;
    return left < 0;
  });
  return first < 0 ? sizes.length : first;
}
