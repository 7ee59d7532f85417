/** The accuracy matrix of the page: a darker background means a higher accuracy; every cell shows its number. */

import { percent } from '../../core/numbers.js';
import { clip } from '../../core/text.js';
import type { AccuracyMatrix } from '../../evaluation/continual.js';
import { type Markup, markup } from '../markup.js';

const cell = { width: 46, height: 26, gap: 2 } as const;
const names = 96;
const head = 20;

export interface Heatmap {
  readonly title: string;
  readonly domains: readonly string[];
  readonly matrix: AccuracyMatrix;
}

export function drawHeatmap({ title, domains, matrix }: Heatmap): Markup {
  const [width, height] = [names + domains.length * cell.width, head + matrix.length * cell.height];
  const numbers = domains.map((_, index) => {
    const x = names + (index + 0.5) * cell.width;
    return markup`<text class="tick" x="${x}" y="12" text-anchor="middle">${index + 1}</text>`;
  });
  const rows = matrix.map((row, update) => {
    const y = head + update * cell.height;
    const name = markup`<text class="name" x="0" y="${y + 17}">${update + 1} ${clip(domains[update] ?? '', 12)}</text>`;
    return markup`${name}${domains.map((domain, column) => drawCell(row[column], { domain, update, column }))}`;
  });
  const told = `${title}: accuracy on each domain, columns, after each update, rows`;
  return markup`<svg class="heatmap" viewBox="0 0 ${width} ${height}" width="${width}" role="img" aria-label="${told}">
<title>${title}</title>
${numbers}
${rows}
</svg>`;
}

interface Where {
  readonly domain: string;
  readonly update: number;
  readonly column: number;
}

/** Share of the full colour above which a number is written in the colour of the paper. */
const dark = 0.55;

function drawCell(accuracy: number | undefined, { domain, update, column }: Where): Markup {
  const [x, y] = [names + column * cell.width, head + update * cell.height];
  const [width, height] = [cell.width - cell.gap, cell.height - cell.gap];
  const box = (className: string, opacity: number) =>
    markup`<rect class="${className}" x="${x}" y="${y}" width="${width}" height="${height}" rx="3" fill-opacity="${opacity}"/>`;
  if (accuracy === undefined) return box('unknown', 1);
  const opacity = 0.06 + 0.94 * accuracy ** 2;
  const told = `${clip(domain, 80)} after update ${update + 1}: ${percent(accuracy)} %`;
  return markup`<g><title>${told}</title>${box('heat', opacity)}<text class="${opacity > dark ? 'on-heat' : 'off-heat'}" x="${x + width / 2}" y="${
    y + 16.5
  }" text-anchor="middle">${(accuracy * 100).toFixed(0)}</text></g>`;
}
