/** The accuracy matrix as a picture: a row a version, a column a domain, darker is better. */
import { clip } from '../core/text.js';
import type { AccuracyMatrix } from '../evaluation/continual.js';
import { type Colours, percent } from './output.js';

const shades = ['  ', '░░', '▒▒', '▓▓', '██'] as const;
const cellWidth = 11;

export interface MatrixPicture {
  readonly title: string;
  readonly rowNames: readonly string[];
  readonly domains: readonly string[];
  readonly matrix: AccuracyMatrix;
}

export function renderMatrix({ title, rowNames, domains, matrix }: MatrixPicture, colours: Colours): string {
  const margin = Math.max(...rowNames.map((name) => name.length), 8) + 2;
  const head = ' '.repeat(margin) + domains.map((domain) => clip(domain, cellWidth - 1).padStart(cellWidth)).join('');
  const rows = matrix.map((row, index) => {
    const cells = domains.map((_, column) => drawCell(row[column], colours));
    return `${` ${rowNames[index]!}`.padEnd(margin)}${cells.join('')}`;
  });
  return [colours.bold(title), colours.dim(head), ...rows].join('\n');
}

function drawCell(accuracy: number | undefined, colours: Colours): string {
  if (accuracy === undefined) return '·'.padStart(cellWidth);
  const shade = shades[Math.min(shades.length - 1, Math.floor(accuracy * shades.length))]!;
  const paint = accuracy >= 0.8 ? colours.green : accuracy >= 0.5 ? colours.yellow : colours.red;
  return paint(`${' '.repeat(cellWidth - 8)}${shade} ${percent(accuracy).padStart(5)}`);
}
