/** Exports examples, or the members of the buffer, in rows that `ingest` reads again. */
import { EspalierError } from '../core/errors.js';
import { multiLabelNames } from '../declaration/tasks.js';
import { readDeclaration } from '../declaration/workspace.js';
import type { MembershipState } from '../store/buffer.js';
import { type FoundExample, readMatching } from '../store/find-examples.js';
import { ofBuffer } from './buffer.js';
import { type ExampleQuery, filterOf } from './example-query.js';
import { type ExampleRow, exampleRowOf } from './examples.js';
import type { RowColumn, RowTable } from './row-files/row-file.js';
import { rowFormatOf, writeRows } from './row-files/row-files.js';
import type { Site } from './site.js';

/** An example with its place in the buffer; the last three are null where it was never offered. */
export interface BufferRow extends ExampleRow {
  readonly state: MembershipState | null;
  readonly since: string | null;
  readonly reason: string | null;
}

type RowsSite = Pick<Site, 'workspace' | 'store' | 'signal'>;

/** @throws ADAPTER_NOT_FOUND, TASK_UNKNOWN, USAGE; its rows INTERRUPTED */
export async function tableOfExamples(
  site: RowsSite,
  adapter: string,
  query: ExampleQuery,
): Promise<RowTable<ExampleRow>> {
  return tableFor<ExampleRow>(site, adapter, query, { own: [], rowOf: exampleRowOf });
}

/** The rows alone, in order of arrival. @throws as tableOfExamples */
export async function* exportExamples(
  site: RowsSite,
  adapter: string,
  query: ExampleQuery,
): AsyncGenerator<ExampleRow> {
  yield* (await tableOfExamples(site, adapter, query)).rows;
}

/** Members, unless the query asks for another state. @throws as tableOfExamples */
export async function tableOfBuffer(
  site: RowsSite,
  adapter: string,
  query: ExampleQuery,
): Promise<RowTable<BufferRow>> {
  return tableFor<BufferRow>(site, adapter, ofBuffer(query), { own: bufferColumns, rowOf: bufferRowOf });
}

export interface ExportFile {
  readonly file: string;
  /** jsonl, csv or parquet; without it by the file's ending, otherwise jsonl. */
  readonly format?: string | undefined;
}

export interface ExportedRows {
  readonly file: string;
  readonly format: string;
  readonly rows: number;
  readonly bytes: number;
}

/** Writes a file, which appears whole under its name or not at all. @throws USAGE, INTERRUPTED, DISK_FULL */
export async function exportToFile<Row>(
  table: RowTable<Row>,
  { file, format: named }: ExportFile,
): Promise<ExportedRows> {
  const format = rowFormatOf(named, file);
  return { file, format: format.name, ...(await writeRows(file, format, table)) };
}

interface RowShape<Row> {
  readonly own: readonly RowColumn<Row>[];
  readonly rowOf: (example: FoundExample, isSet: boolean) => Row;
}

async function tableFor<Row extends ExampleRow>(
  { workspace, store, signal }: RowsSite,
  adapter: string,
  query: ExampleQuery,
  { own, rowOf }: RowShape<Row>,
): Promise<RowTable<Row>> {
  const declaration = await readDeclaration(workspace, adapter);
  const filter = filterOf(declaration, query);
  const multiLabel = multiLabelNames(declaration.tasks);
  async function* rows(): AsyncGenerator<Row> {
    for await (const example of readMatching(store, adapter, filter)) {
      if (signal.aborted) throw new EspalierError('INTERRUPTED', `stopped before example ${example.id}`);
      yield rowOf(example, multiLabel.has(example.task));
    }
  }
  const answers: readonly RowColumn<ExampleRow>[] = [
    ...(multiLabel.size < declaration.tasks.length ? [{ name: 'label', type: 'text' } as const] : []),
    ...(multiLabel.size > 0 ? [{ name: 'labels', type: 'labels' } as const] : []),
  ];
  return { columns: [{ name: 'text', type: 'text' }, ...answers, ...commonColumns, ...own], rows: rows() };
}

const commonColumns: readonly RowColumn<ExampleRow>[] = [
  { name: 'task', type: 'text' },
  { name: 'domain', type: 'text' },
  { name: 'source', type: 'text' },
  { name: 'id', type: 'number' },
  { name: 'received', type: 'text' },
  { name: 'split', type: 'text' },
  { name: 'file', type: 'text' },
  { name: 'line', type: 'number' },
];

const bufferColumns: readonly RowColumn<BufferRow>[] = [
  { name: 'state', type: 'text' },
  { name: 'since', type: 'text' },
  { name: 'reason', type: 'text' },
];

function bufferRowOf(example: FoundExample, isSet: boolean): BufferRow {
  const { state = null, since = null, reason = null } = example.membership ?? {};
  return { ...exampleRowOf(example, isSet), state, since, reason };
}
