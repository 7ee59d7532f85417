/** The values of lambda that are tried, and their order. */
import { smallestOf } from '../../core/sequences.js';

/**
 * Two values per decade, for features that are whole numbers: 1 before rounding is 32 there, so 1,024 is a lambda of 1.
 * The range is wide enough for a handful of examples and for a hundred thousand.
 */
export const lambdaGrid = [
  ...[10, 30, 100, 300, 1e3, 3e3, 1e4, 3e4, 1e5, 3e5, 1e6, 3e6, 1e7, 3e7, 1e8, 3e8, 1e9, 3e9, 1e10],
] as const;

/** Every sixth value is tried wherever the search begins. */
const spread = 6;

/** Distance that the search looks beyond the best value: likelihoods of few examples have local minima. */
const reach = 2;

export interface LambdaSearch {
  /** The champion's lambda, which is tried too. */
  readonly start: number | undefined;
  readonly tried: (count: number) => void;
}

/**
 * The tried value of the grid with the least cost. Tries every sixth value, the start, and two values on either side of
 * the best, until none there is better; mostly eight trials. Among equal costs the largest lambda wins.
 */
export async function searchLambda(
  costOf: (lambda: number) => Promise<number>,
  { start, tried }: LambdaSearch,
): Promise<number> {
  const costs = new Map<number, number>();
  const tryAt = async (index: number) => {
    if (index < 0 || index >= lambdaGrid.length || costs.has(index)) return;
    costs.set(index, await costOf(lambdaGrid[index]!));
    tried(costs.size);
  };
  for (let index = 0; index < lambdaGrid.length; index += spread) await tryAt(index);
  if (start !== undefined) await tryAt(nearestIndex(start));
  for (;;) {
    const best = bestOf(costs);
    for (let step = 1; step <= reach; step++) for (const index of [best - step, best + step]) await tryAt(index);
    if (bestOf(costs) === best) return lambdaGrid[best]!;
  }
}

function bestOf(costs: ReadonlyMap<number, number>): number {
  return [...costs].reduce((best, other) => {
    if (other[1] !== best[1]) return other[1] < best[1] ? other : best;
    return other[0] > best[0] ? other : best;
  })[0];
}

function nearestIndex(lambda: number): number {
  const distances = lambdaGrid.map((value) => Math.abs(Math.log(value / lambda)));
  return distances.indexOf(smallestOf(distances));
}
