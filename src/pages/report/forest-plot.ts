/**
 * A forest plot: one row for each suite, with its difference as a dot between the whiskers of its bounds, over one axis
 * in points. Each row is a picture in a table cell, so that its numbers can be read without it.
 */
import { clip } from '../../core/text.js';
import { type ReportRow, verdictOf } from '../../gate/report.js';
import { type Markup, markup, nothing } from '../markup.js';
import { interval, isMeasured, points } from './numbers.js';
import { placeOn, type Scale, scaleOver } from './scale.js';
import { drawShape, verdictWords } from './verdict-mark.js';

/** Limits of the axis: whiskers beyond the furthest are cut, which an arrow shows. */
const furthest = 0.3;
const nearest = 0.02;
/** Pixels from the top of a row to its whisker. */
const middle = 21;

/**
 * The scale covers judged rows only: gains on data that is new to the champion are so large that nothing else would be
 * visible.
 */
export function forestScale(rows: readonly ReportRow[]): Scale {
  const judged = rows.filter(({ findings, difference }) => findings.length > 0 && isMeasured(difference));
  const ends = judged.flatMap((row) => [row.lower, row.upper, row.difference, marginOf(row)]).filter(isMeasured);
  const within = ends.map((end) => Math.max(-furthest, Math.min(furthest, end)));
  return scaleOver([-nearest, nearest, ...within]);
}

/** The largest allowed loss of a row, below 0; undefined if it has no such limit. */
function marginOf({ findings }: ReportRow): number | undefined {
  return findings.find(({ rule }) => rule === 'not-inferior' || rule === 'not-harmed')?.limit;
}

/** Labels of the ticks, for the head of the column. */
export function drawAxis(scale: Scale): Markup {
  const names = scale.ticks.map((tick, index) => {
    const anchor = index === 0 ? 'start' : index === scale.ticks.length - 1 ? 'end' : 'middle';
    return markup`<text class="tick" x="${placeOn(scale, tick)}%" y="12" text-anchor="${anchor}">${nameTick(tick)}</text>`;
  });
  const told = `Axis from ${nameTick(scale.low)} to ${nameTick(scale.high)} points`;
  return markup`<svg class="axis" role="img" aria-label="${told}"><title>${told}</title>${names}</svg>`;
}

const nameTick = (tick: number) => `${tick > 0 ? '+' : ''}${Number((tick * 100).toFixed(2))}`.replace('-', '−');

export function drawForestRow(row: ReportRow, scale: Scale): Markup {
  const told = describeRow(row);
  const grid = scale.ticks.map((tick) => drawVertical(tick === 0 ? 'zero' : 'grid', tick, scale));
  const margin = marginOf(row);
  const limit = isMeasured(margin) && margin >= scale.low ? drawMargin(margin, scale) : nothing;
  return markup`<svg class="forest" role="img" aria-label="${told}"><title>${clip(row.suite, 80)}</title><desc>${told}</desc>${grid}${limit}${drawWhisker(row, scale)}</svg>`;
}

const drawVertical = (name: string, value: number, scale: Scale) => {
  const x = placeOn(scale, value);
  return markup`<line class="${name}" x1="${x}%" x2="${x}%" y1="0" y2="100%"/>`;
};

function drawMargin(margin: number, scale: Scale): Markup {
  const x = placeOn(scale, margin);
  return markup`<line class="margin" x1="${x}%" x2="${x}%" y1="${middle - 9}" y2="${middle + 9}"/>`;
}

function drawWhisker(row: ReportRow, scale: Scale): Markup {
  const { difference, lower, upper, findings } = row;
  if (!isMeasured(difference)) return nothing;
  const shape = findings.length === 0 ? 'none' : verdictOf(findings);
  const [from, to] = [lower, upper].map((bound) => (isMeasured(bound) ? bound : difference)) as [number, number];
  const isInside = difference >= scale.low && difference <= scale.high;
  return markup`<g class="row ${shape}"><line class="whisker" x1="${placeOn(scale, from)}%" x2="${placeOn(scale, to)}%" y1="${middle}" y2="${middle}"/>
${drawEnd(from, scale)}${drawEnd(to, scale)}
${isInside ? drawShape(shape, placeOn(scale, difference), middle) : nothing}</g>`;
}

/** A cap where the whisker ends, an arrow where it is cut. */
function drawEnd(bound: number, scale: Scale): Markup {
  if (bound < scale.low) return drawArrow('left', 0);
  return bound > scale.high ? drawArrow('right', 100) : drawCap(placeOn(scale, bound));
}

const drawCap = (x: number) => markup`<line class="cap" x1="${x}%" x2="${x}%" y1="${middle - 4}" y2="${middle + 4}"/>`;

const arrows = { left: 'M6-5L-2 0L6 5', right: 'M-6-5L2 0L-6 5' } as const;

const drawArrow = (side: keyof typeof arrows, x: number) =>
  markup`<svg class="arrow" x="${x}%" y="${middle}" overflow="visible"><path d="${arrows[side]}"/></svg>`;

function describeRow(row: ReportRow): string {
  const { suite, difference, lower, upper, findings } = row;
  if (!isMeasured(difference)) return `${clip(suite, 80)}: nothing to compare with`;
  const margin = marginOf(row);
  const limit = isMeasured(margin) ? `, margin ${points(margin)}` : '';
  const verdict = findings.length === 0 ? 'not judged' : verdictWords[verdictOf(findings)];
  return `${clip(suite, 80)}: ${points(difference)} points, bounds ${interval(lower, upper)}${limit}: ${verdict}`;
}
