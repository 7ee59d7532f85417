/** JSON lines: one object a line. */
import { jsonOf } from '../../core/text.js';
import type { RowFormat } from './row-file.js';

export const jsonl: RowFormat = {
  name: 'jsonl',
  isText: true,
  async *encode({ rows }) {
    for await (const row of rows) yield `${jsonOf(row)}\n`;
  },
};
