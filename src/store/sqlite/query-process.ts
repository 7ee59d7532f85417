/** The body of the process that `query.ts` starts: one message in, one out. */
import { Worker } from 'node:worker_threads';
import type SqliteDatabase from 'better-sqlite3';
import { EspalierError, messageOf, systemCodeOf } from '../../core/errors.js';
import { cellOf, invalid, mostResultBytes, type QueryCell, type QueryResult, writes } from '../read-only-query.js';
import type { ProcessReply, ProcessRequest } from './query.js';
import { openForReading } from './read-only.js';

const mostHeapBytes = 1024 ** 3;

// A terminal sends Ctrl-C to this process, too; the process that asks ends it and says why.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);

process.once('message', (request: ProcessRequest) => {
  endAfter(request.seconds + graceSeconds);
  process.send!(replyTo(request), () => process.disconnect());
});

const graceSeconds = 2;

/** In a thread of its own: a query keeps this one from hearing timers, and that the process that asks is gone. */
function endAfter(seconds: number): void {
  const body = `setTimeout(() => process.kill(process.pid, 'SIGKILL'), ${seconds * 1000})`;
  new Worker(body, { eval: true }).unref();
}

function replyTo({ path, sql, rows }: ProcessRequest): ProcessReply {
  try {
    const { database, remove } = openForReading(path);
    try {
      database.pragma('query_only = ON');
      database.pragma(`hard_heap_limit = ${mostHeapBytes}`);
      return { result: readRows(prepare(database, sql), rows) };
    } finally {
      database.close();
      remove();
    }
  } catch (thrown) {
    const told = thrown instanceof EspalierError || isOfFile(thrown) ? thrown : invalid(messageOf(thrown));
    return { code: systemCodeOf(told), message: messageOf(told) };
  }
}

/** @throws SQL_WRITES, and errors of SQLite, also of several statements */
function prepare(database: SqliteDatabase.Database, sql: string): SqliteDatabase.Statement<unknown[], unknown[]> {
  const statement = database.prepare<unknown[], unknown[]>(sql);
  if (!statement.readonly) throw writes('the statement');
  return statement.raw(true);
}

function readRows(statement: SqliteDatabase.Statement<unknown[], unknown[]>, most: number): QueryResult {
  const columns = statement.columns().map(({ name }) => name);
  const rows: QueryCell[][] = [];
  let bytes = 0;
  for (const row of statement.iterate()) {
    if (rows.length === most || bytes > mostResultBytes) return { columns, rows, truncated: true };
    const cells = row.map(cellOf);
    for (const cell of cells) bytes += typeof cell === 'string' ? cell.length : 8;
    rows.push(cells);
  }
  return { columns, rows, truncated: false };
}

/** Whether the file or the disk is at fault, and not the query. */
const isOfFile = (thrown: unknown) =>
  /^SQLITE_(CORRUPT|NOTADB|BUSY|LOCKED|IOERR|CANTOPEN|FULL)/.test(systemCodeOf(thrown) ?? '');
