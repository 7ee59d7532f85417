/**
 * Herding (Welling, "Herding dynamical weights to learn", ICML 2009; as an exemplar policy: Rebuffi et al., "iCaRL",
 * CVPR 2017): in each cell the examples are taken one after another so that the mean of those taken stays as near as
 * possible to the mean of the cell. Cells are balanced as in the balanced reservoir. For small budgets, where few
 * examples must stand for many.
 *
 * An example without a vector comes after those with one, by its draw. Cost: O(k n d) for the first k places of a cell
 * of n vectors of dimension d, k the places that a budget can give it; the rest is in order of draws.
 */
import { dot, unitLength } from '../../core/vectors.js';
import type { BufferBudget } from '../../declaration/declaration.js';
import { takeWithin } from '../budget.js';
import type { Offer, ReplayPolicy } from '../policy.js';
import { byDraw, inBalancedRounds } from '../rounds.js';

export const herding = {
  name: 'herding',
  summary: 'of each label and domain the examples whose mean is nearest to the mean of all',
  score: 'place',
  wantsVectors: true,
  choose: ({ offers, budget, seed }) => {
    const places = new Map<number, number>();
    const order = inBalancedRounds(offers, seed, (cell) => {
      const herded = herd(byDraw(cell, seed), mostPlaces(budget));
      for (const [place, { exampleId }] of herded.entries()) places.set(exampleId, place + 1);
      return herded;
    });
    return {
      members: takeWithin(order, budget),
      scoreOf: ({ exampleId }) => places.get(exampleId) ?? 0,
      whyNot: 'its place in the order of its label and domain comes later',
    };
  },
} satisfies ReplayPolicy;

/** A text has at least one byte. */
const mostPlaces = (budget: BufferBudget) => ('bytes' in budget ? budget.bytes : budget.examples);

/** @param cell in the order that settles ties and follows the first `count` */
function herd<T extends Offer>(cell: readonly T[], count: number): T[] {
  const waiting = cell.flatMap((offer) =>
    offer.vector === undefined ? [] : [{ offer, vector: unitLength(offer.vector) }],
  );
  if (waiting.length === 0) return [...cell];
  const mean = meanOf(waiting.map(({ vector }) => vector));
  const sum = new Float32Array(mean.length);
  const taken: T[] = [];
  while (taken.length < count && waiting.length > 0) {
    const wanted = mean.map((value, column) => value * (taken.length + 1) - sum[column]!);
    const best = nearestTo(wanted, waiting);
    const [{ offer, vector }] = waiting.splice(best, 1) as [(typeof waiting)[number]];
    taken.push(offer);
    for (let column = 0; column < sum.length; column++) sum[column]! += vector[column]!;
  }
  const chosen = new Set(taken);
  const withVector = new Set(waiting.map(({ offer }) => offer));
  const rest = cell.filter((offer) => !chosen.has(offer));
  return [
    ...taken,
    ...rest.filter((offer) => withVector.has(offer)),
    ...rest.filter((offer) => !withVector.has(offer)),
  ];
}

/** Of vectors of length 1 the nearest is the one with the largest product. The first of several. */
function nearestTo(wanted: Float32Array, among: readonly { readonly vector: Float32Array }[]): number {
  let [best, most] = [0, Number.NEGATIVE_INFINITY];
  for (const [index, { vector }] of among.entries()) {
    const product = dot(wanted, vector);
    if (product > most) [best, most] = [index, product];
  }
  return best;
}

function meanOf(vectors: readonly Float32Array[]): Float32Array {
  const mean = new Float32Array(vectors[0]!.length);
  for (const vector of vectors)
    for (let column = 0; column < mean.length; column++) mean[column]! += vector[column]! / vectors.length;
  return mean;
}
