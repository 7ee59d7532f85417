/** What `buffer export` and `examples export` have in common: rows to a file, or to standard output. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { EspalierError } from '../core/errors.js';
import { bytesInWords } from '../core/numbers.js';
import { exportToFile } from '../library/export-rows.js';
import type { RowTable } from '../library/row-files/row-file.js';
import { rowFormatOf } from '../library/row-files/row-files.js';
import { type FilterOptions, withFilters } from './example-filters.js';
import type { AdapterOptions } from './list-examples.js';
import { newCommand, type Session, type Surroundings } from './session.js';

export interface ExportOptions extends AdapterOptions, FilterOptions {
  readonly format?: string;
  readonly output?: string;
}

/** @param state whose examples are exported without the option */
export function newExportCommand(description: string, state: string): Command {
  return withFilters(
    newCommand('export', description).option('--adapter <name>', 'the adapter; default: the only one there is'),
    state,
  )
    .option('--format <name>', 'jsonl, csv or parquet; default: by the ending of the file, else jsonl')
    .option('--output <file>', 'into this file; default: standard output');
}

export async function exportRows<Row>(
  session: Session,
  table: RowTable<Row>,
  { format, output: file, stdout, workingFolder }: ExportOptions & Pick<Surroundings, 'stdout' | 'workingFolder'>,
): Promise<void> {
  if (file === undefined) return print(table, format, stdout);
  const written = await exportToFile(table, { file: resolve(workingFolder, file), format });
  session.output.result(written, () => `${written.rows} rows, ${bytesInWords(written.bytes)}: ${written.file}`);
}

/** The same with and without --json: the rows are the result. */
async function print<Row>(table: RowTable<Row>, name: string | undefined, stdout: NodeJS.WriteStream): Promise<void> {
  const format = rowFormatOf(name, undefined);
  if (!format.isText && stdout.isTTY)
    throw new EspalierError('USAGE', `a terminal cannot show ${format.name}`, { hint: 'Name a file with --output.' });
  for await (const piece of format.encode(table)) if (!stdout.write(piece)) await drained(stdout);
}

const drained = (stdout: NodeJS.WriteStream) => new Promise<void>((resolve) => stdout.once('drain', resolve));
