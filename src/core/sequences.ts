/**
 * Long sequences. A call with a spread takes one argument for each element, and the engine refuses some 130,000 of
 * them.
 */

/** Puts all of `items` behind what `target` holds. */
export function appendAll<Item>(target: Item[], items: Iterable<Item>): void {
  for (const item of items) target.push(item);
}

/** -Infinity where there is none. */
export function largestOf(values: Iterable<number>): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (const value of values) largest = Math.max(largest, value);
  return largest;
}

/** Infinity where there is none. */
export function smallestOf(values: Iterable<number>): number {
  let smallest = Number.POSITIVE_INFINITY;
  for (const value of values) smallest = Math.min(smallest, value);
  return smallest;
}

/** The values in their order, `size` of them at a time; at least one portion, which is empty where there are none. */
export function portionsOf<T>(values: readonly T[], size: number): T[][] {
  const count = Math.max(1, Math.ceil(values.length / size));
  return Array.from({ length: count }, (_, index) => values.slice(index * size, (index + 1) * size));
}
