/**
 * Runs a query in a read-only transaction on a connection of its own. A cursor takes one statement that reads, and gives
 * no more rows than are fetched.
 */
import pg from 'pg';
import { EspalierError, messageOf, systemCodeOf } from '../../core/errors.js';
import {
  cellOf,
  interrupted,
  invalid,
  type QueryRequest,
  type QueryResult,
  requireReading,
  tooSlow,
  writes,
} from '../read-only-query.js';
import { getTypeParser } from './connection.js';
import { postgresError } from './errors.js';
import type { ServerLocation } from './location.js';

/** @throws SQL_INVALID, SQL_WRITES, SQL_TOO_SLOW, INTERRUPTED, and errors of the server */
export async function queryServer(location: ServerLocation, request: QueryRequest): Promise<QueryResult> {
  requireReading(request);
  const { connectionString, schema, shown } = location;
  const client = new pg.Client({ connectionString, application_name: 'espalier sql', types: { getTypeParser } });
  client.on('error', () => undefined);
  const stop = () => void client.end();
  request.signal.addEventListener('abort', stop, { once: true });
  try {
    await client.connect();
    await client.query('begin read only');
    await client.query(`set local search_path to "${schema}"`);
    await client.query(`set local statement_timeout = ${Math.ceil(request.seconds * 1000)}`);
    return await fetchRows(client, request);
  } catch (thrown) {
    throw request.signal.aborted ? interrupted() : errorOf(thrown, request, shown);
  } finally {
    request.signal.removeEventListener('abort', stop);
    // The server undoes the transaction by itself.
    await client.end().catch(() => undefined);
  }
}

async function fetchRows(client: pg.Client, { sql, rows: most }: QueryRequest): Promise<QueryResult> {
  // The extended protocol refuses a second statement in the same text.
  const declaration = { text: `declare found no scroll cursor for ${sql}`, queryMode: 'extended' };
  await client.query(declaration);
  const { fields, rows } = await client.query<unknown[]>({ text: `fetch ${most + 1} from found`, rowMode: 'array' });
  const columns = fields.map(({ name }) => name);
  return { columns, rows: rows.slice(0, most).map((row) => row.map(cellOf)), truncated: rows.length > most };
}

/** SQLSTATE: 57014 is the timeout, 25006 and 0A000 are writing, 22, 42 and 21 are errors of the query. */
function errorOf(thrown: unknown, request: QueryRequest, shown: string): unknown {
  if (thrown instanceof EspalierError) return thrown;
  const state = systemCodeOf(thrown) ?? '';
  if (state === '57014') return tooSlow(request);
  if (state === '25006' || state === '0A000') return writes('the statement');
  if (/^(0[29]|2[0-2]|42|38|39|P0|54)/.test(state) && state !== '42501') return invalid(messageOf(thrown));
  return postgresError(thrown, shown);
}
