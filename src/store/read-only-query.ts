/**
 * Queries in the SQL of a person: they read only, and end after a time and a number of rows. Each database keeps the
 * bounds by its own means; what both refuse is here.
 */
import { EspalierError } from '../core/errors.js';

export interface QueryRequest {
  readonly sql: string;
  /** Seconds after which the query is ended. */
  readonly seconds: number;
  /** Rows that are returned at most. */
  readonly rows: number;
  readonly signal: AbortSignal;
}

/** Bytes are shown as SQL writes them: `x'0a0b'`. */
export type QueryCell = string | number | boolean | null;

export interface QueryResult {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly QueryCell[])[];
  /** Whether there are more rows than were asked for, or than fit. */
  readonly truncated: boolean;
}

/** Bytes of text that a result may have. */
export const mostResultBytes = 32 * 1024 * 1024;

const reading = ['select', 'with', 'values'];
const writing = [
  ...['insert', 'update', 'delete', 'replace', 'merge', 'truncate', 'create', 'drop', 'alter', 'grant', 'revoke'],
  ...['attach', 'detach', 'pragma', 'vacuum', 'reindex', 'analyze', 'begin', 'commit', 'rollback', 'savepoint'],
  ...['release', 'set', 'reset', 'copy', 'call', 'do', 'lock', 'declare', 'fetch', 'listen', 'notify', 'prepare'],
];

/** By its first word, since every other statement may change something. @throws SQL_WRITES, SQL_INVALID, INTERRUPTED */
export function requireReading({ sql, signal }: Pick<QueryRequest, 'sql' | 'signal'>): void {
  if (signal.aborted) throw interrupted();
  const first = /^[a-z]+/i.exec(withoutComments(sql))?.[0].toLowerCase() ?? '';
  if (reading.includes(first)) return;
  if (writing.includes(first)) throw writes(`\`${first}\``);
  throw invalid(first === '' ? 'there is no statement' : `\`${first}\` begins no query`);
}

/** Comments and white space in front of the statement. */
const withoutComments = (sql: string) => sql.replace(/^(\s|--[^\n]*(\n|$)|\/\*[\s\S]*?\*\/)+/, '');

export const writes = (what: string) => new EspalierError('SQL_WRITES', `${what} is no query that only reads`);

export const invalid = (what: string) => new EspalierError('SQL_INVALID', `the query cannot be run: ${what}`);

export const tooSlow = ({ seconds }: Pick<QueryRequest, 'seconds'>) =>
  new EspalierError('SQL_TOO_SLOW', `the query was ended after ${seconds} ${seconds === 1 ? 'second' : 'seconds'}`);

export const interrupted = () => new EspalierError('INTERRUPTED', 'the query was stopped');

export function cellOf(value: unknown): QueryCell {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return value;
  if (value instanceof Uint8Array) return `x'${Buffer.from(value).toString('hex')}'`;
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'bigint' ? String(value) : JSON.stringify(value);
}
