/** CSV with a header, by comma, semicolon, tab or bar. */

import { cellsOf, delimiters, headerOf } from '../csv-header.js';
import { readCsv } from '../csv-rows.js';
import type { InputFormat } from '../format.js';
import { isNamedCsv } from '../json-shape.js';
import { otherTool } from '../other-tools.js';

export const csv: InputFormat = {
  name: 'csv',
  isText: true,
  recognises: (beginning, fileName) => {
    if (otherTool(beginning) !== undefined) return false;
    const header = headerOf(beginning);
    return (
      isNamedCsv(fileName) || header === '' || delimiters.some((delimiter) => cellsOf(header, delimiter).length > 1)
    );
  },
  read: readCsv,
};
