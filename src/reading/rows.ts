/**
 * Reads JSON lines, JSON arrays and CSV row by row, in constant memory. A row that cannot be read is handed on with its
 * reason.
 */
import { createReadStream } from 'node:fs';
import type { InputFile } from './check-input.js';
import { readCsv } from './csv-rows.js';
import { splitJsonValues } from './json-values.js';
import { type Columns, maxLineBytes, type Row } from './row.js';

/**
 * @param parameterOf which parameter names the column of a role
 * @throws INPUT_FORMAT, CSV_COLUMN_MISSING, in the middle of the rows too
 */
export function readRows(
  file: InputFile,
  fields: Columns,
  parameterOf: (role: string) => string = (role) => `${role}Field`,
): AsyncIterable<Row> {
  if (file.format === 'csv') return readCsv(file, fields, parameterOf);
  return file.format === 'json' ? readJsonValues(file) : readJsonLines(file);
}

async function* readJsonLines({ path, name }: InputFile): AsyncIterable<Row> {
  let line = 0;
  for await (const { content, bytes } of splitLines(path)) {
    line++;
    // A byte order mark counts as white space.
    const raw = content.toString('utf8').trim();
    if (raw === '' && bytes <= maxLineBytes) continue;
    const unreadable = `the line has ${bytes} bytes; at most ${maxLineBytes} are read`;
    yield { file: name, line, raw, bytes, content: bytes > maxLineBytes ? { unreadable } : parseObject(raw, 'line') };
  }
}

async function* readJsonValues({ path, name }: InputFile): AsyncIterable<Row> {
  let element = 0;
  for await (const { content, bytes, line } of splitJsonValues(path, name, maxLineBytes)) {
    element++;
    const raw = content.toString('utf8').trim();
    const unreadable = `the element has ${bytes} bytes; at most ${maxLineBytes} are read`;
    yield {
      file: name,
      line,
      element,
      raw,
      bytes,
      content: bytes > maxLineBytes ? { unreadable } : parseObject(raw, 'element'),
    };
  }
}

function parseObject(raw: string, what: 'line' | 'element'): Row['content'] {
  try {
    const value: unknown = JSON.parse(raw);
    if (value !== null && typeof value === 'object' && !Array.isArray(value))
      return { fields: value as Record<string, unknown> };
    return { unreadable: `the ${what} is not a JSON object${Array.isArray(value) ? ', but an array' : ''}` };
  } catch (thrown) {
    // A comma after the object, as in an array without its brackets, leaves no doubt.
    if (raw.endsWith('},')) return parseObject(raw.slice(0, -1), what);
    return { unreadable: `the ${what} is not JSON: ${(thrown as Error).message}` };
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
    const line = { content: kept.length === 1 ? kept[0]! : Buffer.concat(kept), bytes };
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
