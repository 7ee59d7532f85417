/** Parquet, a row group at a time. Label sets are JSON arrays in one cell. */
import type { ColumnSource } from 'hyparquet-writer';
import { type Cell, cellOf, type RowColumn, type RowFormat } from './row-file.js';

/** Rows that are held at once. */
const groupSize = 10_000;

export const parquet: RowFormat = {
  name: 'parquet',
  isText: false,
  async *encode({ columns, rows }) {
    const { ByteWriter, ParquetWriter, schemaFromColumnData } = await import('hyparquet-writer');
    const writer = new ByteWriter();
    const schema = schemaFromColumnData({ columnData: columns.map((column) => sourceOf(column, [])) });
    const file = new ParquetWriter({ writer, schema, codec: 'SNAPPY', createdBy: 'espalier' });
    for await (const group of groupsOf(rows)) {
      await file.write({ columnData: columns.map((column) => sourceOf(column, group)), rowGroupSize: groupSize });
      yield writer.getBytes().slice();
      writer.index = 0;
    }
    await file.finish();
    yield writer.getBytes();
  },
};

async function* groupsOf<Row>(rows: AsyncIterable<Row>): AsyncGenerator<Row[]> {
  let group: Row[] = [];
  for await (const row of rows) {
    group.push(row);
    if (group.length < groupSize) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}

function sourceOf<Row>(column: RowColumn<Row>, rows: readonly Row[]): ColumnSource {
  const cells = rows.map((row) => cellOf(row, column));
  return column.type === 'number'
    ? { name: column.name, type: 'INT64', data: cells.map(wholeOf), nullable: true }
    : { name: column.name, type: 'STRING', data: cells.map(textOf), nullable: true };
}

const wholeOf = (cell: Cell) => (typeof cell === 'number' ? BigInt(cell) : null);

function textOf(cell: Cell): string | null {
  if (typeof cell === 'string') return cell;
  return cell === undefined || cell === null ? null : JSON.stringify(cell);
}
