/** CSV (RFC 4180) with a header, whose cells no spreadsheet takes for a formula. Label sets are JSON arrays in one cell. */
import { withApostrophe } from '../../reading/csv-cells.js';
import { type Cell, cellOf, type RowFormat } from './row-file.js';

export const csv: RowFormat = {
  name: 'csv',
  isText: true,
  async *encode({ columns, rows }) {
    yield `${columns.map(({ name }) => name).join(',')}\r\n`;
    for await (const row of rows) yield `${columns.map((column) => written(cellOf(row, column))).join(',')}\r\n`;
  },
};

function written(cell: Cell): string {
  if (typeof cell === 'number') return String(cell);
  const text = withApostrophe(typeof cell === 'string' ? cell : cell ? JSON.stringify(cell) : '');
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
