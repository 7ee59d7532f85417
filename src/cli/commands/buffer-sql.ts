import type { Command } from 'commander';
import { largestOf } from '../../core/sequences.js';
import { clip } from '../../core/text.js';
import { querySql, usualSql } from '../../library/buffer-sql.js';
import type { QueryResult } from '../../store/read-only-query.js';
import { fitCells } from '../fit-cells.js';
import { type Output, tableOf } from '../output.js';
import { type GlobalOptions, inReadingSession, newCommand, type Surroundings, wholeNumber } from '../session.js';

interface SqlOptions extends GlobalOptions {
  readonly seconds: number;
  readonly rows: number;
}

export function sqlCommand(surroundings: Surroundings): Command {
  return newCommand('sql', 'ask the database in SQL, read-only')
    .argument('<query>', 'one statement: select, with or values')
    .option('--seconds <n>', 'end it after so many', wholeNumber, usualSql.seconds)
    .option('--rows <n>', 'at most so many', wholeNumber, usualSql.rows)
    .action((query: string, { seconds, rows, ...options }: SqlOptions) =>
      inReadingSession(options, surroundings, async (session) => {
        const found = await querySql(session, query, { seconds, rows });
        session.output.result(found, () => render(found, session.output));
        if (found.truncated) session.output.note(`There are more rows: ${found.rows.length} are shown.`);
      }),
    );
}

function render({ columns, rows }: QueryResult, output: Output): string {
  if (rows.length === 0) return 'No row.';
  const shown = rows.map((row) => row.map((cell) => (cell === null ? '' : String(cell))));
  if (columns.length * leastColumns > output.width) return renderRecords(columns, shown, output);
  const [head, ...cells] = fitCells([columns, ...shown], output.width);
  const isNumber = (column: number) => rows.every((row) => row[column] === null || typeof row[column] === 'number');
  const titles = head!.map((title, column) => ({
    title,
    align: isNumber(column) ? ('right' as const) : ('left' as const),
  }));
  return tableOf(titles, cells, output.colours);
}

/** Columns of the terminal that a column of a table needs to be readable. */
const leastColumns = 10;

/** One value a line, where so many columns do not fit side by side. */
function renderRecords(columns: readonly string[], rows: readonly string[][], { colours, width }: Output): string {
  const widest = Math.min(24, largestOf(columns.map((name) => name.length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => {
          const name = clip(columns[column]!, widest).padEnd(widest);
          return ` ${colours.dim(name)}  ${clip(cell, width - widest - 3)}`;
        })
        .join('\n'),
    )
    .join('\n\n');
}
