/** The accuracy matrix as a picture: a row a version, a column a domain, darker is better. */

import { percent } from '../../core/numbers.js';
import { largestOf } from '../../core/sequences.js';
import { clip } from '../../core/text.js';
import type { AccuracyMatrix } from '../../evaluation/continual.js';
import type { Colours, Output } from '../output.js';

const shades = ['  ', '░░', '▒▒', '▓▓', '██'] as const;
const cellWidth = 11;

export interface MatrixPicture {
  readonly title: string;
  readonly rowNames: readonly string[];
  readonly domains: readonly string[];
  readonly matrix: AccuracyMatrix;
}

export function renderMatrix({ title, rowNames, domains, matrix }: MatrixPicture, colours: Colours): string {
  const margin = Math.max(8, largestOf(rowNames.map((name) => name.length))) + 2;
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
  const paint = heatOf(accuracy, { high: colours.green, middle: colours.yellow, low: colours.red });
  return paint(`${' '.repeat(cellWidth - 8)}${shade} ${percent(accuracy).padStart(5)}`);
}

function heatOf<T>(accuracy: number, { high, middle, low }: { high: T; middle: T; low: T }): T {
  if (accuracy >= 0.8) return high;
  return accuracy >= 0.5 ? middle : low;
}

/** A matrix whose row t and column t belong to the same domain. */
export type StreamPicture = Omit<MatrixPicture, 'rowNames'>;

const narrowCell = 6;
const widestName = 10;
const gap = '  ';

/**
 * Matrices of one stream with narrow cells and numbered columns: beside each other where the width allows, else below
 * each other.
 */
export function renderStreams(pictures: readonly StreamPicture[], { colours, width }: Output): string {
  const blocks = pictures.map((picture) => narrowBlock(picture, { colours, width }));
  const beside = blocks.reduce((sum, block) => sum + block.width + gap.length, -gap.length);
  if (beside > width) return blocks.map(({ lines }) => lines.map(({ text }) => text.trimEnd()).join('\n')).join('\n\n');
  const joined = blocks[0]?.lines.map((_, index) =>
    blocks
      .map(({ lines, width }) => `${lines[index]!.text}${' '.repeat(width - lines[index]!.length)}`)
      .join(gap)
      .trimEnd(),
  );
  return joined?.join('\n') ?? '';
}

interface Block {
  readonly width: number;
  /** Colours take no room: a line's length is given beside it. */
  readonly lines: readonly { readonly text: string; readonly length: number }[];
}

function narrowBlock(
  { title, domains, matrix }: StreamPicture,
  { colours, width }: Pick<Output, 'colours' | 'width'>,
): Block {
  const numbers = domains.map((_, index) => String(index + 1));
  const names = domains.map(
    (domain, index) => `${numbers[index]!.padStart(String(domains.length).length)} ${clip(domain, widestName)}`,
  );
  const margin = largestOf(names.map((name) => name.length)) + 1;
  const perBand = Math.max(1, Math.floor((width - margin) / narrowCell));
  const own = Math.min(width, margin + Math.min(perBand, domains.length) * narrowCell);
  const lines: { text: string; length: number }[] = [
    { text: colours.bold(clip(title, own)), length: clip(title, own).length },
  ];
  for (let first = 0; first < domains.length; first += perBand) {
    const band = numbers.slice(first, first + perBand);
    const length = margin + band.length * narrowCell;
    lines.push({
      text: colours.dim(' '.repeat(margin) + band.map((number) => number.padStart(narrowCell)).join('')),
      length,
    });
    for (const [update, row] of matrix.entries()) {
      const cells = band.map((_, column) => narrow(row[first + column], colours));
      lines.push({ text: names[update]!.padEnd(margin) + cells.join(''), length });
    }
  }
  return { width: largestOf(lines.map(({ length }) => length)), lines };
}

/** Its ground is coloured; without colours it is a number. */
function narrow(accuracy: number | undefined, colours: Colours): string {
  if (accuracy === undefined) return colours.dim('·'.padStart(narrowCell));
  const ground = heatOf(accuracy, { high: colours.bgGreen, middle: colours.bgYellow, low: colours.bgRed });
  return ` ${ground(colours.black(percent(accuracy).padStart(narrowCell - 1)))}`;
}
