/** The header of CSV, and the delimiter that it shows. */
export const delimiters = [',', ';', '\t', '|'] as const;

/** The first line that is not blank; Excel may name the delimiter in a line before it. */
export function headerOf(beginning: string): string {
  const lines = beginning.split('\n');
  return (lines[0]!.startsWith('sep=') ? lines[1] : lines.find((line) => line.trim() !== '')) ?? '';
}

/** The delimiter that finds most of the wanted columns in the header, and of equals the one that finds most cells. */
export function delimiterOf(beginning: string, columns: readonly string[]): string {
  const excel = /^sep=(.)\r?\n/.exec(beginning)?.[1];
  if (excel !== undefined) return excel;
  const header = headerOf(beginning);
  const found = delimiters.map((delimiter) => {
    const cells = cellsOf(header, delimiter);
    return { delimiter, wanted: columns.filter((column) => cells.includes(column)).length, cells: cells.length };
  });
  found.sort((a, b) => b.wanted - a.wanted || b.cells - a.cells);
  return found[0]!.delimiter;
}

export function cellsOf(header: string, delimiter: string): string[] {
  const cells = [''];
  let quoted = false;
  for (const character of header) {
    if (character === '"') quoted = !quoted;
    else if (character === delimiter && !quoted) cells.push('');
    else cells[cells.length - 1] += character;
  }
  return cells.map((cell) => cell.trim());
}
