/**
 * Terms of the files that rows are exported to.
 *
 * format: the bytes of a file for rows that come one after another; memory does not grow with their number. row-files.ts
 *         has all formats.
 */

/** Undefined: the row has nothing there. */
export type Cell = string | number | readonly string[] | null | undefined;

export interface RowColumn<Row> {
  readonly name: string & keyof Row;
  /** `labels`: a list of names. */
  readonly type: 'text' | 'number' | 'labels';
}

export interface RowTable<Row> {
  readonly columns: readonly RowColumn<Row>[];
  readonly rows: AsyncIterable<Row>;
}

export interface RowFormat {
  readonly name: string;
  /** Whether a terminal can show it. */
  readonly isText: boolean;
  encode<Row>(table: RowTable<Row>): AsyncIterable<string | Uint8Array>;
}

export const cellOf = <Row>(row: Row, { name }: RowColumn<Row>): Cell => row[name] as Cell;
