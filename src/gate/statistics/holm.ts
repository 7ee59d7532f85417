/**
 * P values adjusted for the number of tests: the chance that any true null is rejected at level alpha stays below
 * alpha, whatever their dependence, and no p is larger than Bonferroni would make it. Holm, "A simple sequentially
 * rejective multiple test procedure", Scand. J. Stat. 1979.
 * @returns adjusted p values in the order given
 */
export function holm(pValues: readonly number[]): number[] {
  const order = pValues.map((_, index) => index).sort((a, b) => pValues[a]! - pValues[b]!);
  const adjusted = new Array<number>(pValues.length);
  let largest = 0;
  order.forEach((index, refused) => {
    largest = Math.max(largest, Math.min(1, (pValues.length - refused) * pValues[index]!));
    adjusted[index] = largest;
  });
  return adjusted;
}
