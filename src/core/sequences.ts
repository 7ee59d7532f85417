/**
 * Functions for long sequences. A spread call passes one argument for each element, and the engine fails at about
 * 130,000.
 */

/** Appends all of `items` to `target`. */
export function appendAll<Item>(target: Item[], items: Iterable<Item>): void {
  for (const item of items) target.push(item);
}

/** The largest value; -Infinity if there is none. */
export function largestOf(values: Iterable<number>): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (const value of values) largest = Math.max(largest, value);
  return largest;
}

/** The smallest value; Infinity if there is none. */
export function smallestOf(values: Iterable<number>): number {
  let smallest = Number.POSITIVE_INFINITY;
  for (const value of values) smallest = Math.min(smallest, value);
  return smallest;
}

/**
 * Splits the values, in order, into portions of `size`; at least one portion, which is empty if there are no values.
 */
export function portionsOf<T>(values: readonly T[], size: number): T[][] {
  const count = Math.max(1, Math.ceil(values.length / size));
  return Array.from({ length: count }, (_, index) => values.slice(index * size, (index + 1) * size));
}
