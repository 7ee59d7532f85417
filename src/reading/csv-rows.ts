/**
 * Reads CSV with a header. Quotes within an unquoted cell are read as they stand; a quoted cell that is closed wrongly
 * costs its row.
 */
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { parse as parseAtOnce } from 'csv-parse/sync';
import { EspalierError } from '../core/errors.js';
import { nearestName } from '../core/text.js';
import { isExportedHeader, withoutApostrophe } from './csv-cells.js';
import type { ReadRequest } from './format.js';
import type { InputFile } from './input-file.js';
import { maxLineBytes, type Row } from './row.js';

/** A record with the text it was read from. */
interface Parsed {
  readonly record: string[];
  readonly raw: string;
  readonly info: { readonly lines: number };
}

export async function* readCsv({ path, name, delimiter = ',' }: InputFile, request: ReadRequest): AsyncIterable<Row> {
  const parser = parse({
    bom: true,
    delimiter,
    info: true,
    raw: true,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    max_record_size: 4 * maxLineBytes,
  });
  // A pipeline closes the file when the rows are left early; its errors come out of the parser.
  pipeline(createReadStream(path), parser, () => undefined);
  let header: string[] | undefined;
  try {
    for await (const parsed of parser as AsyncIterable<Parsed>) {
      if (header) yield csvRow(name, header, parsed, delimiter);
      // Excel may say the delimiter in a line of its own.
      else if (!parsed.raw.replace(/^\ufeff/, '').startsWith('sep=')) {
        header = parsed.record.map((column) => column.trim());
        requireColumns(header, request, { file: name, line: 1 });
      }
    }
  } catch (thrown) {
    if (!(thrown instanceof CsvError)) throw thrown;
    const line = Number((thrown as { lines?: number }).lines ?? 0);
    throw new EspalierError('INPUT_FORMAT', `${name} is not well-formed CSV: ${thrown.message}`, {
      at: { file: name, line },
      hint: 'A quote before that line may open a cell that nothing closes: take it out, or write it twice within a quoted cell.',
      cause: thrown,
    });
  }
}

function csvRow(file: string, header: readonly string[], { record, raw, info }: Parsed, delimiter: string): Row {
  const row = { file, line: info.lines, raw: JSON.stringify(record).slice(0, 4096), bytes: Buffer.byteLength(raw) };
  if (record.some((cell) => cell.startsWith('"')) && !isWellQuoted(raw, delimiter)) {
    return {
      ...row,
      content: {
        unreadable: 'a quote ends a quoted cell before the cell ends; a quote within a quoted cell is written twice',
      },
    };
  }
  if (record.length !== header.length) {
    const found = `${record.length} ${record.length === 1 ? 'cell' : 'cells'}`;
    return { ...row, content: { unreadable: `the row has ${found}; the header has ${header.length}` } };
  }
  const cells = isExportedHeader(header) ? record.map(withoutApostrophe) : record;
  return { ...row, content: { fields: Object.fromEntries(header.map((column, index) => [column, cells[index]])) } };
}

/**
 * A cell may begin with a quote because it was quoted wrongly, or because it was quoted rightly: then it reads without
 * leniency.
 */
function isWellQuoted(raw: string, delimiter: string): boolean {
  try {
    parseAtOnce(raw, { delimiter, relax_column_count: true });
    return true;
  } catch {
    return false;
  }
}

/** @throws CSV_COLUMN_MISSING */
export function requireColumns(
  header: readonly string[],
  { columns, parameterOf }: ReadRequest,
  at: { readonly file: string; readonly line?: number },
): void {
  for (const [role, column] of Object.entries(columns)) {
    if (column === undefined || header.includes(column)) continue;
    const near = nearestName(column, header);
    const parameter = parameterOf(role);
    const hint = `The header has: ${header.join(', ')}. Name the column with \`${parameter}\`${near === undefined ? '' : ` ${near}`}.`;
    throw new EspalierError('CSV_COLUMN_MISSING', `${at.file} has no column \`${column}\``, {
      at: { ...at, field: column },
      hint,
      parameters: [parameter],
      choices: header,
    });
  }
}
