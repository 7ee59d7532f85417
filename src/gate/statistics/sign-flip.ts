/**
 * The exact randomisation test of paired differences (Fisher, "The design of experiments", 1935, section 21): if
 * neither side were better, each difference might equally have the opposite sign. If only a few cases differ, the
 * bootstrap is overconfident, since its draws always have the observed signs: three sources that all lost give it p =
 * 0.05 among 60, and this test 1 / 8.
 */

/**
 * With more differences the bootstrap sees enough of both signs, and there would be too many sign changes to enumerate.
 */
const mostCounted = 16;

/**
 * One-sided p values of "it is no worse" and "it is no better": the share of all sign changes whose sum is as low, or
 * as high. Zeros have no sign.
 * @param differences of independent units: cases, or sums over clusters
 * @returns undefined if more than 16 differ
 */
export function signFlipPValues(
  differences: ArrayLike<number>,
): { readonly worse: number; readonly better: number } | undefined {
  const moved = Array.from(differences).filter((value) => value !== 0);
  if (moved.length > mostCounted) return undefined;
  const observed = moved.reduce((sum, value) => sum + value, 0);
  const slack = 1e-9 * moved.reduce((sum, value) => sum + Math.abs(value), 0);
  const ways = 2 ** moved.length;
  let [low, high] = [0, 0];
  for (let signs = 0; signs < ways; signs++) {
    let sum = 0;
    for (const [place, value] of moved.entries()) sum += (signs >> place) & 1 ? value : -value;
    if (sum <= observed + slack) low++;
    if (sum >= observed - slack) high++;
  }
  return { worse: low / ways, better: high / ways };
}
