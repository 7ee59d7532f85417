/** Far below what any count of cases can tell apart. */
const finest = 1e-13;

/**
 * The point of [low, high] where `isBelow` turns from true to false; `high` where it stays true. Bisection, until the
 * ends are neighbouring numbers or 1e-13 apart: the equations here are monotone but kink where a count is 0, and there
 * a method that trusts a slope goes astray.
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
