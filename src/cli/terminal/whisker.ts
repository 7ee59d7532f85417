/**
 * A difference and its bounds as one line of characters: a dot between whiskers, left of zero what is lost, right of it
 * what is gained.
 */
import type { Verdict } from '../../store/candidates.js';
import type { Colours } from '../output.js';

export interface Whisker {
  readonly difference: number;
  readonly lower: number;
  readonly upper: number;
  /** Largest loss allowed, as a positive number; undefined: none is. */
  readonly margin: number | undefined;
  readonly verdict: Verdict;
}

export interface WhiskerScale {
  /** What lies at either end of the line; whatever is beyond is cut, and an arrow says so. */
  readonly reach: number;
  /** Characters; odd, so that zero has a middle. */
  readonly width: number;
}

/**
 *   ◂────●───┊──        lost: beyond the margin (┊) and beyond the reach (◂)
 *          ┊ ├─●─┤      gained or lost a little: the margin is not touched
 */
export function drawWhisker(
  { difference, lower, upper, margin, verdict }: Whisker,
  scale: WhiskerScale,
  colours: Colours,
): string {
  const paint = { pass: colours.green, fail: colours.red, inconclusive: colours.yellow }[verdict];
  const [from, dot, to] = [lower, difference, upper].map((value) => columnOf(value, scale)) as [number, number, number];
  const cells = Array.from({ length: scale.width }, (_, column) => {
    if (column === dot) return paint(Math.abs(difference) > scale.reach ? (difference < 0 ? '◂' : '▸') : '●');
    if (column === from) return paint(lower < -scale.reach ? '◂' : '├');
    if (column === to) return paint(upper > scale.reach ? '▸' : '┤');
    if (column > from && column < to) return paint('─');
    if (margin !== undefined && margin <= scale.reach && column === columnOf(-margin, scale)) return colours.dim('┊');
    return column === (scale.width - 1) / 2 ? colours.dim('│') : ' ';
  });
  return cells.join('');
}

/** The line without a whisker. */
export function drawAxis({ width }: WhiskerScale, colours: Colours): string {
  return Array.from({ length: width }, (_, column) => (column === (width - 1) / 2 ? colours.dim('│') : ' ')).join('');
}

/** "-10     0    +10", as wide as the line, in points. */
export function nameScale({ reach, width }: WhiskerScale): string {
  const end = String(Math.round(reach * 100));
  const half = (width - 1) / 2;
  return `${`-${end}`.padEnd(half)}0${`+${end}`.padStart(half)}`;
}

function columnOf(value: number, { reach, width }: WhiskerScale): number {
  const share = Math.max(-1, Math.min(1, value / reach));
  return Math.round(((share + 1) / 2) * (width - 1));
}
