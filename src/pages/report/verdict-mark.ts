/** Marks a verdict by colour, shape and word, so that each of them is enough. */
import type { Verdict } from '../../store/candidates.js';
import { type Markup, markup } from '../markup.js';

export const verdictWords: Record<Verdict, string> = { pass: 'pass', fail: 'fail', inconclusive: 'cannot tell' };

/** Shapes around the origin, 9 wide: a disc, a square, a diamond; `none` is a ring, for unjudged rows. */
const shapes = {
  pass: 'M-4.6 0a4.6 4.6 0 1 0 9.2 0a4.6 4.6 0 1 0-9.2 0z',
  fail: 'M-4.3-4.3h8.6v8.6h-8.6z',
  inconclusive: 'M0-6L6 0L0 6L-6 0z',
  none: 'M-3.4 0a3.4 3.4 0 1 0 6.8 0a3.4 3.4 0 1 0-6.8 0z',
} as const;

export type Shape = keyof typeof shapes;

/** @param x percent of the picture's width; @param y pixels */
export function drawShape(shape: Shape, x: number, y: number): Markup {
  return markup`<svg class="dot ${shape}" x="${x}%" y="${y}" overflow="visible"><path d="${shapes[shape]}"/></svg>`;
}

/** A verdict in a table: its shape and its word. */
export function markVerdict(verdict: Verdict): Markup {
  return markup`<span class="verdict ${verdict}"><svg class="sign" viewBox="-7 -7 14 14" aria-hidden="true"><path d="${shapes[verdict]}"/></svg>${verdictWords[verdict]}</span>`;
}

/** The verdict at the head of the page. */
export function announceVerdict(verdict: Verdict): Markup {
  const strokes = {
    pass: 'M-3-0.2L-0.8 2.2L3.2-2.2',
    fail: 'M-2.2-2.2L2.2 2.2M2.2-2.2L-2.2 2.2',
    inconclusive: 'M-2.4 0H2.4',
  }[verdict];
  const word = verdict === 'inconclusive' ? 'INCONCLUSIVE' : verdict.toUpperCase();
  return markup`<p class="announced ${verdict}"><svg class="sign" viewBox="-7 -7 14 14" aria-hidden="true"><path d="${shapes[verdict]}"/><path class="stroke" d="${strokes}"/></svg>${word}</p>`;
}
