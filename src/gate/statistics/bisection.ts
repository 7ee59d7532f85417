/** Width at which bisection stops, far below any difference that a number of cases can show. */
const finest = 1e-13;

/**
 * The point of [low, high] where `isBelow` turns from true to false; `high` if it stays true. Bisects until the ends
 * are neighbouring numbers or 1e-13 apart: the equations here are monotone but have a kink where a count is 0, and
 * methods that use a slope fail there.
 */
export function turningPoint(low: number, high: number, isBelow: (x: number) => boolean): number {
  let [from, to] = [low, high];
  for (;;) {
    const middle = from + (to - from) / 2;
    if (to - from < finest || middle <= from || middle >= to) return to;
    if (isBelow(middle)) from = middle;
    else to = middle;
  }
}
