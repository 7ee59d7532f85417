/**
 * Runs a query in a process of its own: SQLite answers synchronously, so that nothing else could end a query that runs
 * for ever, and a query that takes too much memory takes it from that process.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EspalierError } from '../../core/errors.js';
import {
  interrupted,
  invalid,
  type QueryRequest,
  type QueryResult,
  requireReading,
  tooSlow,
} from '../read-only-query.js';
import { sqliteError } from './errors.js';

export interface ProcessRequest {
  readonly path: string;
  readonly sql: string;
  readonly rows: number;
  /** After which the process ends itself, in case nobody is left to end it. */
  readonly seconds: number;
}

/** `code`: of Espalier's catalogue, or of SQLite. */
export type ProcessReply =
  | { readonly result: QueryResult }
  | { readonly code: string | undefined; readonly message: string };

/** @throws SQL_INVALID, SQL_WRITES, SQL_TOO_SLOW, INTERRUPTED, STORE_CORRUPT, STORE_BUSY */
export async function queryFile(path: string, request: QueryRequest): Promise<QueryResult> {
  requireReading(request);
  // Whatever SQLite and the process write meanwhile goes with the folder, also where the process is ended.
  const folder = await mkdtemp(join(tmpdir(), 'espalier-query-'));
  try {
    const reply = await ask(path, request, folder);
    if ('result' in reply) return reply.result;
    if (reply.code === 'SQL_INVALID' || reply.code === 'SQL_WRITES') throw new EspalierError(reply.code, reply.message);
    throw sqliteError(Object.assign(new Error(reply.message), { code: reply.code }), path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function ask(path: string, { sql, rows, seconds, signal }: QueryRequest, folder: string): Promise<ProcessReply> {
  const child = fork(new URL('./query-process.js', import.meta.url), {
    execArgv: [],
    env: { ...process.env, TMPDIR: folder, SQLITE_TMPDIR: folder },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  return new Promise<ProcessReply>((resolve, reject) => {
    const stop = (reason: EspalierError) => {
      child.kill('SIGKILL');
      reject(reason);
    };
    const onAbort = () => stop(interrupted());
    const timer = setTimeout(() => stop(tooSlow({ seconds })), seconds * 1000);
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    child.once('message', (reply: ProcessReply) => resolve(reply));
    child.once('error', reject);
    child.once('exit', () => {
      end();
      reject(invalid('it took more memory than a query may take'));
    });
    send(child, { path, sql, rows, seconds });
  });
}

/** A child that has ended already is told by its exit. */
function send(child: ChildProcess, request: ProcessRequest): void {
  child.send(request, () => undefined);
}
