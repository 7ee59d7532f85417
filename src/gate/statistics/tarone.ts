/**
 * P values of several exact tests, adjusted for the number of tests that could reach significance. A test with few
 * discordant answers cannot reach a small p whatever they are; it cannot err at level alpha / k, and need not be
 * counted among the k. Tarone, "A modified Bonferroni method for discrete data", Biometrics 1990.
 *
 * Among many small slices of which few changed at all, this finds a loss that Holm's correction hides: 6 of 6 changed
 * answers lost in one of 24 slices have p = 0.016, which Holm multiplies by 24, and Tarone by 1.
 */

export interface DiscreteTest {
  readonly p: number;
  /** The smallest p that the test could have given; 0 if it has no lower limit. */
  readonly least: number;
}

/**
 * @returns adjusted p values in the order given; the chance that any is at most alpha is at most alpha if all nulls are
 * true. They depend on alpha.
 */
export function tarone(tests: readonly DiscreteTest[], alpha: number): number[] {
  const testable = (k: number) => tests.filter(({ least }) => least <= alpha / k).length;
  let count = 1;
  while (testable(count) > count) count++;
  return tests.map(({ p, least }) => (least <= alpha / count ? Math.min(1, count * p) : 1));
}
