/** Reads the rows of a file with the reader of its format. */
import type { ReadRequest } from './format.js';
import { formatNamed } from './formats.js';
import type { InputFile } from './input-file.js';
import type { Columns, Row } from './row.js';

/** @throws INPUT_FORMAT, CSV_COLUMN_MISSING, in the middle of the rows too */
export function readRows(
  file: InputFile,
  columns: Columns,
  { parameterOf = (role) => `${role}Field`, task }: Partial<Omit<ReadRequest, 'columns'>> = {},
): AsyncIterable<Row> {
  return formatNamed(file.format).read(file, { columns, parameterOf, task });
}
