/** How sure a head is of an example's label, from the probabilities that it gives. */

/** The classes that compete for the answers of one task, or stand beside each other in its sets. */
export interface Competitors {
  /** Numbers of the task's classes. */
  readonly classes: readonly number[];
  readonly multiLabel: boolean;
}

/**
 * The probability of the true class minus that of the likeliest other one. Of a label set the smallest margin of any of
 * the task's labels from a probability of a half, twice, on the side that the set says. In [-1, 1].
 * @param probabilities of all classes
 * @param truth numbers of the classes of the example's label; undefined: the head does not know the label
 * @returns undefined where the head does not know a label of the example
 */
export function marginOf(
  probabilities: Float32Array,
  truth: readonly (number | undefined)[],
  { classes, multiLabel }: Competitors,
): number | undefined {
  if (truth.includes(undefined)) return undefined;
  if (multiLabel) {
    const sureness = (index: number) => (truth.includes(index) ? 1 : -1) * (2 * probabilities[index]! - 1);
    return classes.reduce((least, index) => Math.min(least, sureness(index)), 1);
  }
  const [own] = truth as readonly number[];
  const best = classes.reduce((most, index) => (index === own ? most : Math.max(most, probabilities[index]!)), 0);
  return probabilities[own!]! - best;
}
