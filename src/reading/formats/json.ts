/** One JSON array of objects, or objects that each take several lines. */
import type { InputFormat } from '../format.js';
import type { InputFile } from '../input-file.js';
import { parseObject } from '../json-object.js';
import { isNamedCsv, shapeOf } from '../json-shape.js';
import { splitJsonValues } from '../json-values.js';
import { maxLineBytes, type Row } from '../row.js';

export const json: InputFormat = {
  name: 'json',
  isText: true,
  recognises: (beginning, fileName) => !isNamedCsv(fileName) && shapeOf(beginning) === 'values',
  read: readJsonValues,
};

export async function* readJsonValues({ path, name }: InputFile): AsyncIterable<Row> {
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
