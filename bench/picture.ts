/**
 * Draws docs/forgetting.svg, the README's picture, from what the demo measures.
 *
 *   npm run demo -- --json | npx tsx bench/picture.ts > docs/forgetting.svg
 */
import { text } from 'node:stream/consumers';

interface DemoResult {
  readonly naive: Metrics;
  readonly default: Metrics;
  readonly matrices: { readonly naive: Matrix; readonly sample: Matrix };
}

interface Metrics {
  readonly averageAccuracy: number;
  readonly forgetting: number;
}

type Matrix = readonly (readonly (number | null)[])[];

const domains = ['billing', 'account', 'shipping', 'returns'] as const;
const cell = { width: 84, height: 44 } as const;
const panel = { width: 130 + domains.length * cell.width, height: 300 } as const;

const result = JSON.parse(await text(process.stdin)) as DemoResult;
process.stdout.write(drawPicture(result));

function drawPicture({ matrices, naive, default: own }: DemoResult): string {
  const [width, height] = [panel.width * 2 + 60, panel.height + 30];
  const panels = [
    drawPanel(20, 'Fine-tuning on new data alone', matrices.naive, naive),
    drawPanel(panel.width + 40, "Espalier's default", matrices.sample, own),
  ];
  const font = 'font-family="system-ui, sans-serif" font-size="14"';
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" ${font} role="img">`,
    '<title>Accuracy on each domain after each update, for two ways of training</title>',
    `<rect width="${width}" height="${height}" rx="8" fill="#ffffff"/>`,
    ...panels,
    '</svg>\n',
  ].join('\n');
}

function drawPanel(left: number, title: string, matrix: Matrix, { averageAccuracy, forgetting }: Metrics): string {
  const numbers = `average ${percent(averageAccuracy)} %, forgotten ${percent(forgetting)} points`;
  const heads = domains.map((name, column) =>
    write(left + 130 + (column + 0.5) * cell.width, 72, name, 'text-anchor="middle" fill="#555"'),
  );
  const rows = matrix.map((row, index) =>
    drawRow(left, 84 + index * (cell.height + 4), `after ${domains[index]}`, row),
  );
  return [
    write(left, 30, title, 'font-weight="600" font-size="17" fill="#111"'),
    ...heads,
    ...rows,
    write(left + 130, 84 + 4 * (cell.height + 4) + 24, numbers, 'fill="#111"'),
  ].join('\n');
}

function drawRow(left: number, top: number, name: string, row: Matrix[number]): string {
  const cells = row.map((accuracy, column) => {
    const x = left + 130 + column * cell.width;
    if (accuracy === null)
      return `<rect x="${x + 2}" y="${top}" width="${cell.width - 4}" height="${cell.height}" rx="4" fill="#f4f4f4"/>`;
    const [fill, ink] = [
      `hsl(${Math.round(accuracy * 140)} 55% ${Math.round(88 - accuracy * 44)}%)`,
      accuracy > 0.75 ? '#fff' : '#222',
    ];
    const box = `<rect x="${x + 2}" y="${top}" width="${cell.width - 4}" height="${cell.height}" rx="4" fill="${fill}"/>`;
    return (
      box +
      write(x + cell.width / 2, top + 28, percent(accuracy), `text-anchor="middle" fill="${ink}" font-weight="600"`)
    );
  });
  return [write(left, top + 28, name, 'fill="#555"'), ...cells].join('\n');
}

function write(x: number, y: number, content: string, attributes: string): string {
  return `<text x="${x}" y="${y}" ${attributes}>${content}</text>`;
}

function percent(share: number): string {
  return (share * 100).toFixed(0);
}
