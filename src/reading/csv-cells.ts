/**
 * Cells of the CSV files that Espalier writes. A spreadsheet runs a cell that begins like a formula, so such a cell gets
 * an apostrophe in front (https://owasp.org/www-community/attacks/CSV_Injection). Cells that begin with apostrophes and
 * then like a formula get one more, so that removing one gives back every cell as it was.
 */

/** Columns of every exported file, by which the reader knows it: cells of other files keep their apostrophes. */
const marks = ['text', 'task', 'id', 'received', 'split', 'file', 'line'];

export const isExportedHeader = (header: readonly string[]): boolean => marks.every((mark) => header.includes(mark));

export const withApostrophe = (cell: string): string => (/^'*[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell);

export const withoutApostrophe = (cell: string): string => (/^'+[=+\-@\t\r]/.test(cell) ? cell.slice(1) : cell);
