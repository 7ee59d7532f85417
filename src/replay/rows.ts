/** Reads JSON lines and CSV row by row, in constant memory. A row that cannot be read is handed on with its reason. */
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { EspalierError } from '../core/errors.js';
import { nearestName } from '../core/text.js';
import type { InputFile } from './check-input.js';

export interface Row {
  readonly file: string;
  readonly line: number;
  /** What was read, or why it could not be. */
  readonly content: { readonly fields: Readonly<Record<string, unknown>> } | { readonly unreadable: string };
  /** The row as it stood, cut where it is too long to keep. */
  readonly raw: string;
  readonly bytes: number;
}

export type FieldNames = Readonly<Record<'text' | 'label', string>>;

/** By what they are for: the columns that a CSV header must have. */
export type Columns = Readonly<Record<string, string>>;

/** A longer line is rejected without being held in memory. */
export const maxLineBytes = 256 * 1024;

export function readRows(file: InputFile, fields: Columns): AsyncIterable<Row> {
  return file.format === 'csv' ? readCsv(file, fields) : readJsonLines(file);
}

async function* readJsonLines({ path, name }: InputFile): AsyncIterable<Row> {
  let line = 0;
  for await (const { content, bytes } of splitLines(path)) {
    line++;
    // A byte order mark counts as white space.
    const raw = content.toString('utf8').trim();
    if (raw === '' && bytes <= maxLineBytes) continue;
    const unreadable = `the line has ${bytes} bytes; at most ${maxLineBytes} are read`;
    yield { file: name, line, raw, bytes, content: bytes > maxLineBytes ? { unreadable } : parseJson(raw) };
  }
}

function parseJson(raw: string): Row['content'] {
  try {
    const value: unknown = JSON.parse(raw);
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) return { fields: value as Record<string, unknown> };
    return { unreadable: 'the line is not a JSON object' };
  } catch (thrown) {
    return { unreadable: `the line is not JSON: ${(thrown as Error).message}` };
  }
}

/** Lines without their line feed; of one that is too long only the first kilobyte, with its true size. */
async function* splitLines(path: string): AsyncIterable<{ content: Buffer; bytes: number }> {
  let kept: Buffer[] = [];
  let bytes = 0;
  const take = (piece: Buffer) => {
    bytes += piece.length;
    if (bytes <= maxLineBytes) kept.push(piece);
    else kept = [Buffer.concat(kept).subarray(0, 1024)];
  };
  const finish = () => {
    const line = { content: Buffer.concat(kept), bytes };
    kept = [];
    bytes = 0;
    return line;
  };
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    let start = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      take(chunk.subarray(start, end));
      yield finish();
      start = end + 1;
    }
    if (start < chunk.length) take(chunk.subarray(start));
  }
  if (bytes > 0) yield finish();
}

async function* readCsv({ path, name }: InputFile, fields: Columns): AsyncIterable<Row> {
  const parser = parse({ bom: true, info: true, relax_column_count: true, skip_empty_lines: true, max_record_size: 4 * maxLineBytes });
  // A pipeline closes the file when the rows are left early; its errors come out of the parser.
  pipeline(createReadStream(path), parser, () => undefined);
  let header: string[] | undefined;
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: { lines: number } }>) {
      if (!header) {
        header = record.map((column) => column.trim());
        requireColumns(header, fields, name);
        continue;
      }
      yield csvRow(name, info.lines, header, record);
    }
  } catch (thrown) {
    if (!(thrown instanceof CsvError)) throw thrown;
    const line = Number((thrown as { lines?: number }).lines ?? 0);
    throw new EspalierError('INPUT_FORMAT', `${name} is not well-formed CSV: ${thrown.message}`, {
      at: { file: name, line },
      cause: thrown,
    });
  }
}

function csvRow(file: string, line: number, header: readonly string[], record: readonly string[]): Row {
  const raw = JSON.stringify(record).slice(0, 4096);
  const bytes = record.reduce((sum, cell) => sum + Buffer.byteLength(cell) + 1, 0);
  if (record.length !== header.length) {
    return { file, line, raw, bytes, content: { unreadable: `the row has ${record.length} cells; the header has ${header.length}` } };
  }
  return { file, line, raw, bytes, content: { fields: Object.fromEntries(header.map((column, index) => [column, record[index]])) } };
}

function requireColumns(header: readonly string[], fields: Columns, file: string): void {
  for (const [role, column] of Object.entries(fields)) {
    if (header.includes(column)) continue;
    const near = nearestName(column, header);
    const hint = `The header has: ${header.join(', ')}. Name the column with --${role}-field${near === undefined ? '' : ` ${near}`}.`;
    throw new EspalierError('CSV_COLUMN_MISSING', `${file} has no column \`${column}\``, { at: { file, line: 1, field: column }, hint });
  }
}
