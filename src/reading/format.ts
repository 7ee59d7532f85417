/** The seam of input formats: how one is recognised, and how its rows are read. */
import type { FormatName, InputFile } from './input-file.js';
import type { Columns, Row } from './row.js';

export interface InputFormat {
  readonly name: FormatName;
  /** Whether the bytes of the file are UTF-8 text, which is checked before its rows are read. */
  readonly isText: boolean;
  /** @param beginning the first 64 KiB as text, without a byte order mark */
  recognises(beginning: string, fileName: string): boolean;
  /**
   * The rows in their order. A row that cannot be read is handed on with its reason.
   * @throws INPUT_FORMAT, CSV_COLUMN_MISSING, in the middle of the rows too
   */
  read(file: InputFile, request: ReadRequest): AsyncIterable<Row>;
}

export interface ReadRequest {
  /** The fields that are wanted, by role. A format whose fields have no names of their own uses these names. */
  readonly columns: Columns;
  /** The parameter that names the column of a role, for hints. */
  readonly parameterOf: (role: string) => string;
  /** The task that the labels are for: it chooses among several answers in a row. */
  readonly task?: string | undefined;
}
