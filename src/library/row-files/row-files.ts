/** Writes rows to a file, which appears whole under its name or not at all, or to an open stream. */
import { EspalierError } from '../../core/errors.js';
import { writePrivateStream } from '../../core/files.js';
import { suggestAmong } from '../../core/text.js';
import { csv } from './csv.js';
import { jsonl } from './jsonl.js';
import { parquet } from './parquet.js';
import type { RowFormat, RowTable } from './row-file.js';

/** All formats; the first is the usual one. */
export const rowFormats: readonly RowFormat[] = [jsonl, csv, parquet];

/** The named format, or that of the file's ending, or JSON lines. @throws USAGE */
export function rowFormatOf(name: string | undefined, file: string | undefined): RowFormat {
  const ending = /\.([a-z]+)$/.exec(file ?? '')?.[1];
  if (name === undefined) return rowFormats.find((known) => known.name === ending) ?? jsonl;
  const format = rowFormats.find((known) => known.name === name);
  if (format) return format;
  const names = rowFormats.map((known) => known.name);
  throw new EspalierError('USAGE', `\`format\` is ${names.join(', ')}, not \`${name}\``, {
    hint: suggestAmong(name, names),
    parameters: ['format'],
    choices: names,
  });
}

/** Rows and bytes that were written. */
export interface Written {
  readonly rows: number;
  readonly bytes: number;
}

/** @throws DISK_FULL, DISK_READ_ONLY, FILE_UNREADABLE, and what reading the rows throws */
export async function writeRows<Row>(file: string, format: RowFormat, table: RowTable<Row>): Promise<Written> {
  const counted = countedRows(table.rows);
  const bytes = await writePrivateStream(file, format.encode({ ...table, rows: counted.rows }));
  return { rows: counted.count.rows, bytes };
}

function countedRows<Row>(source: AsyncIterable<Row>) {
  const count = { rows: 0 };
  async function* rows(): AsyncGenerator<Row> {
    for await (const row of source) {
      count.rows++;
      yield row;
    }
  }
  return { count, rows: rows() };
}
