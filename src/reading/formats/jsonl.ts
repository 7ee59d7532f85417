/** JSON lines: one object a line. */
import { createReadStream } from 'node:fs';
import { extname } from 'node:path';
import type { InputFormat } from '../format.js';
import type { InputFile } from '../input-file.js';
import { parseObject } from '../json-object.js';
import { isNamedCsv, shapeOf } from '../json-shape.js';
import { maxLineBytes, type Row } from '../row.js';

export const jsonl: InputFormat = {
  name: 'jsonl',
  isText: true,
  recognises: (beginning, fileName) => {
    const isNamed = ['.jsonl', '.ndjson', '.json'].includes(extname(fileName).toLowerCase());
    return isNamed || (!isNamedCsv(fileName) && shapeOf(beginning) === 'lines');
  },
  read: readJsonLines,
};

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
