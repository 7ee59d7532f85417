/** Accuracy on each domain after each update: one line for each domain, labelled at its end. */

import { percent } from '../../core/numbers.js';
import { clip } from '../../core/text.js';
import type { AccuracyMatrix } from '../../evaluation/continual.js';
import { type Markup, markup, nothing } from '../markup.js';

export interface LineChart {
  readonly title: string;
  readonly domains: readonly string[];
  readonly matrix: AccuracyMatrix;
  /** Drawn faintly in the background for comparison: its mean over the domains known at that update. */
  readonly reference: AccuracyMatrix | undefined;
  readonly width: number;
}

const margin = { top: 10, right: 112, bottom: 22, left: 30 } as const;
const labelHeight = 13;
/** Number of colours in the style sheet: `line-0` and so on. */
const colourCount = 8;

interface PlotAxes {
  readonly x: (update: number) => number;
  readonly y: (accuracy: number) => number;
}

export function drawLines({ title, domains, matrix, reference, width }: LineChart): Markup {
  const height = Math.max(width * 0.4, domains.length * labelHeight) + margin.top + margin.bottom;
  const [inner, depth] = [width - margin.left - margin.right, height - margin.top - margin.bottom];
  const x = (update: number) => margin.left + (matrix.length < 2 ? 0 : (update / (matrix.length - 1)) * inner);
  const y = (accuracy: number) => margin.top + (1 - accuracy) * depth;
  const scale = { x, y };
  const lines = domains.map((domain, index) => ({ domain, index, points: pointsOf(matrix.map((row) => row[index])) }));
  const drawn = lines.filter(({ points }) => points.length > 0);
  return markup`<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${`${title}: ${describe(drawn)}`}">
<title>${title}</title>
${drawAxes(scale, matrix.length, width)}
${reference ? drawReference(reference, scale) : nothing}
${drawn.map((line) => drawLine(line, scale))}
${placeLabels(drawn, scale, height - margin.bottom)}
</svg>`;
}

interface Point {
  readonly update: number;
  readonly accuracy: number;
}

interface Line {
  readonly domain: string;
  readonly index: number;
  readonly points: readonly Point[];
}

const pointsOf = (column: readonly (number | undefined)[]): Point[] =>
  column.flatMap((accuracy, update) => (accuracy === undefined ? [] : [{ update, accuracy }]));

function describe(lines: readonly Line[]): string {
  return lines
    .map(
      ({ domain, points }) =>
        `${clip(domain, 40)} from ${percent(points[0]!.accuracy)} to ${percent(points.at(-1)!.accuracy)} %`,
    )
    .join('; ');
}

function drawAxes({ x, y }: PlotAxes, updates: number, width: number): Markup {
  const levels = [0, 0.5, 1].map(
    (
      level,
    ) => markup`<line class="grid" x1="${margin.left}" x2="${width - margin.right}" y1="${y(level)}" y2="${y(level)}"/>
<text class="tick" x="${margin.left - 6}" y="${y(level) + 3.5}" text-anchor="end">${level * 100}</text>`,
  );
  const every = Math.ceil(updates / 10);
  const numbers = Array.from({ length: updates }, (_, update) => update)
    .filter((update) => update % every === 0)
    .map(
      (update) =>
        markup`<text class="tick" x="${x(update)}" y="${y(0) + 16}" text-anchor="middle">${update + 1}</text>`,
    );
  return markup`${levels}${numbers}`;
}

function drawReference(matrix: AccuracyMatrix, { x, y }: PlotAxes): Markup {
  const means = matrix.map((row) => row.filter((accuracy) => accuracy !== undefined)).map(meanOf);
  const path = pointsOf(means).map(
    ({ update, accuracy }, index) => `${index === 0 ? 'M' : 'L'}${x(update).toFixed(1)} ${y(accuracy).toFixed(1)}`,
  );
  return markup`<path class="reference" d="${path.join(' ')}"/>`;
}

const meanOf = (values: readonly number[]) =>
  values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;

function drawLine({ domain, index, points }: Line, { x, y }: PlotAxes): Markup {
  const corners = points.map(({ update, accuracy }) => `${x(update).toFixed(1)},${y(accuracy).toFixed(1)}`).join(' ');
  const first = points[0]!;
  const told = `${clip(domain, 80)}: ${points.map(({ accuracy }) => percent(accuracy)).join(', ')} %`;
  return markup`<g class="line-${index % colourCount}"><title>${told}</title>
<polyline points="${corners}"/>
<circle cx="${x(first.update)}" cy="${y(first.accuracy)}" r="3"/>
</g>`;
}

/**
 * Labels the ends of the lines; overlapping labels are moved apart, with a thin line to the end that each belongs to.
 */
function placeLabels(lines: readonly Line[], { x, y }: PlotAxes, lowest: number): Markup {
  const labels = lines
    .map(({ domain, index, points }) => ({ domain, index, end: points.at(-1)! }))
    .sort((a, b) => b.end.accuracy - a.end.accuracy);
  const places = spread(
    labels.map(({ end }) => y(end.accuracy)),
    margin.top,
    lowest,
  );
  return markup`${labels.map(({ domain, index, end }, rank) => {
    const [from, to, at] = [x(end.update) + 4, x(end.update) + 14, places[rank]!];
    return markup`<g class="line-${index % colourCount}"><path class="leader" d="M${from} ${y(end.accuracy)}L${to} ${at}"/>
<text x="${to + 3}" y="${at + 3.5}">${clip(domain, 10)} <tspan class="value">${(end.accuracy * 100).toFixed(0)}</tspan></text></g>`;
  })}`;
}

/** Ascending places at least a label's height apart, near the wanted ones: one pass down, then one pass up. */
function spread(wanted: readonly number[], top: number, bottom: number): number[] {
  const places = [...wanted];
  for (let index = 0; index < places.length; index++) {
    places[index] = Math.max(places[index]!, index === 0 ? top : places[index - 1]! + labelHeight);
  }
  for (let index = places.length - 1; index >= 0; index--) {
    places[index] = Math.min(places[index]!, index === places.length - 1 ? bottom : places[index + 1]! - labelHeight);
  }
  return places;
}
