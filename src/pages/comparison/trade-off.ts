/**
 * Accuracy against cost: one dot for each run of a strategy, over a logarithmic axis; the budgets of one strategy are
 * joined by a line.
 */

import { percent } from '../../core/numbers.js';
import { largestOf, smallestOf } from '../../core/sequences.js';
import { nameOfPlay, type PlayedRow } from '../../study/comparison.js';
import { type Markup, markup, nothing } from '../markup.js';

export interface TradeOff {
  readonly title: string;
  readonly rows: readonly PlayedRow[];
  readonly best: PlayedRow | undefined;
  readonly costOf: (row: PlayedRow) => number;
  /** Formats a cost: "12 MB". */
  readonly say: (cost: number) => string;
}

const [width, height] = [470, 330];
const margin = { top: 14, right: 74, bottom: 40, left: 40 } as const;

interface Dot {
  readonly row: PlayedRow;
  readonly x: number;
  readonly y: number;
}

export function drawTradeOff({ title, rows, best, costOf, say }: TradeOff): Markup {
  const x = logarithmic(rows.map(costOf));
  const levels = levelsAround(rows.map((row) => row.averageAccuracy));
  const [low, high] = [levels[0]!, levels.at(-1)!];
  const y = (accuracy: number) =>
    margin.top + ((high - accuracy) / (high - low)) * (height - margin.top - margin.bottom);
  const dots = rows.map((row): Dot => ({ row, x: x.place(costOf(row)), y: y(row.averageAccuracy) }));
  const told = rows
    .map((row) => `${nameOfPlay(row)} ${percent(row.averageAccuracy)} % at ${say(costOf(row))}`)
    .join('; ');
  return markup`<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${`${title}: ${told}`}">
<title>${title}</title>
${levels.map(
  (
    level,
  ) => markup`<line class="grid" x1="${margin.left}" x2="${width - margin.right}" y1="${y(level)}" y2="${y(level)}"/>
<text class="tick" x="${margin.left - 6}" y="${y(level) + 3.5}" text-anchor="end">${Math.round(level * 100)} %</text>`,
)}
${x.ticks.map(
  (tick) => markup`<line class="grid" x1="${x.place(tick)}" x2="${x.place(tick)}" y1="${y(low)}" y2="${y(low) + 4}"/>
<text class="tick" x="${x.place(tick)}" y="${y(low) + 17}" text-anchor="middle">${say(tick)}</text>`,
)}
${joinBudgets(dots)}
${bestLast(dots, best).map(({ row, ...at }) => {
  const kind = row === best ? 'best' : row.role;
  const words = `${nameOfPlay(row)}: ${percent(row.averageAccuracy)} % at ${say(costOf(row))}`;
  return markup`<g><title>${words}</title><circle class="dot ${kind}" cx="${at.x}" cy="${at.y}" r="${row === best ? 5.5 : 4}"/></g>`;
})}
${placeLabels(dots, best)}
</svg>`;
}

/** Multiples of a tenth that enclose all accuracies, at least two. */
function levelsAround(accuracies: readonly number[]): number[] {
  const first = Math.min(9, Math.floor(smallestOf(accuracies) * 10));
  const last = Math.max(first + 1, Math.ceil(largestOf(accuracies) * 10));
  return Array.from({ length: last - first + 1 }, (_, index) => (first + index) / 10);
}

/**
 * A logarithmic axis with ticks at powers of ten, or at the smallest and largest cost if there are fewer than two
 * powers.
 */
function logarithmic(costs: readonly number[]): { place: (cost: number) => number; ticks: number[] } {
  const positive = costs.map((cost) => Math.max(cost, 1e-6));
  const [low, high] = [Math.log10(smallestOf(positive) / 1.3), Math.log10(largestOf(positive) * 1.3)];
  const place = (cost: number) =>
    margin.left + ((Math.log10(Math.max(cost, 1e-6)) - low) / (high - low)) * (width - margin.left - margin.right);
  const powers = Array.from(
    { length: Math.max(0, Math.floor(high) - Math.ceil(low) + 1) },
    (_, index) => 10 ** (Math.ceil(low) + index),
  );
  return { place, ticks: powers.length >= 2 ? powers : [10 ** low * 1.3, 10 ** high / 1.3] };
}

/** Sorts the best dot last, so that it is drawn on top. */
const bestLast = (dots: readonly Dot[], best: PlayedRow | undefined) =>
  [...dots].sort((a, b) => Number(a.row === best) - Number(b.row === best));

function joinBudgets(dots: readonly Dot[]): Markup {
  return markup`${byStrategy(dots).map((own) => {
    const sorted = [...own].sort((a, b) => a.row.budget - b.row.budget);
    const path = sorted.map(({ x, y }, index) => `${index === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`).join(' ');
    return own.length < 2 ? nothing : markup`<path class="joined" d="${path}"/>`;
  })}`;
}

function byStrategy(dots: readonly Dot[]): Dot[][] {
  const names = [...new Set(dots.map(({ row }) => row.strategy))];
  return names.map((name) => dots.filter(({ row }) => row.strategy === name));
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

const lineHeight = 12;
const letterWidth = 5.8;

/** Labels each strategy once, at its best budget; if no side of the dot is free, only the tooltip has the name. */
function placeLabels(dots: readonly Dot[], best: PlayedRow | undefined): Markup {
  const taken: Box[] = dots.map(({ x, y }) => ({ left: x - 4, right: x + 4, top: y - 4, bottom: y + 4 }));
  const importance = ({ row }: Dot) => (row === best ? 0 : row.role === 'remedy' ? 2 : 1);
  return markup`${byStrategy(dots)
    .map((own) => own[0]!)
    .sort((a, b) => importance(a) - importance(b))
    .map(({ row, x, y }) => {
      const name = row.role === 'naive' ? `${row.strategy} (naive)` : row.strategy;
      const reach = name.length * letterWidth * (row === best ? 1.12 : 1);
      const candidates = [
        { left: x + 8, middle: y },
        { left: x - 8 - reach, middle: y },
        { left: x - reach / 2, middle: y - 12 },
        { left: x - reach / 2, middle: y + 12 },
        { left: x + 7, middle: y - 11 },
        { left: x + 7, middle: y + 11 },
        { left: x - 7 - reach, middle: y - 11 },
        { left: x - 7 - reach, middle: y + 11 },
      ];
      const free = candidates.find((place) => isFree(boxOf(place, reach), taken));
      if (!free) return nothing;
      taken.push(boxOf(free, reach));
      return markup`<text class="dot-name${row === best ? ' best' : ''}" x="${free.left}" y="${free.middle + 3.5}">${name}</text>`;
    })}`;
}

const boxOf = ({ left, middle }: { left: number; middle: number }, reach: number): Box => ({
  left,
  right: left + reach,
  top: middle - lineHeight / 2,
  bottom: middle + lineHeight / 2,
});

function isFree(box: Box, taken: readonly Box[]): boolean {
  const inside = box.left >= margin.left && box.right <= width && box.top >= 0 && box.bottom <= height - margin.bottom;
  return (
    inside &&
    taken.every(
      (other) => box.right < other.left || other.right < box.left || box.bottom < other.top || other.bottom < box.top,
    )
  );
}
