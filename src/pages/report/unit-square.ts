/**
 * The axes of two pictures of confidence: shares from 0 to 1 horizontally, and from 0 to a highest share vertically.
 */
import { type Markup, markup } from '../markup.js';
import { share } from './numbers.js';

const size = { left: 36, right: 424, top: 10, bottom: 288 } as const;

export type Side = 'champion' | 'candidate';

/** Line style of each side, distinguishable without colour. */
export const sides: Record<Side, string> = { champion: 'curve dashed', candidate: 'curve' };

/** Position of a point in pixels. */
export function placeIn(across: number, up: number, highest: number): { x: number; y: number } {
  return {
    x: size.left + across * (size.right - size.left),
    y: size.bottom - Math.min(1, up / highest) * (size.bottom - size.top),
  };
}

export function drawFrame({ across, highest }: { readonly across: string; readonly highest: number }): Markup {
  const levels = [0, 0.25, 0.5, 0.75, 1];
  const lines = levels.map((level) => {
    const { y } = placeIn(0, level * highest, highest);
    return markup`<line class="grid" x1="${size.left}" x2="${size.right}" y1="${y}" y2="${y}"/><text class="tick" x="${size.left - 6}" y="${y + 3.5}" text-anchor="end">${shortly(level * highest)}</text>`;
  });
  const names = levels.map(
    (level) =>
      markup`<text class="tick" x="${placeIn(level, 0, 1).x}" y="${size.bottom + 16}" text-anchor="middle">${level * 100}</text>`,
  );
  return markup`${lines}${names}<text class="tick" x="${(size.left + size.right) / 2}" y="${size.bottom + 34}" text-anchor="middle">${across}</text>`;
}

/** "25", "2.5" */
const shortly = (level: number) => share(level).replace(/\.0$/, '');
