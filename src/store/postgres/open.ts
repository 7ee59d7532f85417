/**
 * Opens a store on a PostgreSQL server, in a schema of its own, brought up to date by numbered SQL files. A schema that
 * a newer Espalier has written, or something else, is refused unchanged.
 */
import { CompiledQuery, PostgresDialect } from 'kysely';
import pg from 'pg';
import type { Store } from '../store.js';
import { queriesOf } from '../transaction.js';
import { postgresEngine } from './engine.js';
import { postgresError } from './errors.js';
import { parseServerLocation } from './location.js';
import { bringUpToDate } from './migrate.js';

/** Of one process: a transaction holds one, and what it waits for may need another. */
const mostConnections = 4;
const connectMilliseconds = 10_000;

/**
 * @param access `read`: nothing is written where the tables are up to date already
 * @throws DATABASE_INVALID, STORE_UNREACHABLE, STORE_DENIED, STORE_CORRUPT, STORE_NEWER, STORE_OUTDATED, STORE_BUSY
 */
export async function openPostgres(address: string, access: 'read' | 'write'): Promise<Store> {
  const location = parseServerLocation(address);
  const { connectionString, schema, shown } = location;
  const pool = new pg.Pool({
    connectionString,
    application_name: 'espalier',
    max: mostConnections,
    connectionTimeoutMillis: connectMilliseconds,
    keepAlive: true,
    types: { getTypeParser },
  });
  // A connection that breaks while nothing is asked on it: whoever asks next is told, or gets another one.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  const dialect = new PostgresDialect({
    pool,
    onCreateConnection: async (connection) => {
      await connection.executeQuery(CompiledQuery.raw(`set search_path to "${schema}"`));
    },
  });
  const engine = postgresEngine(location);
  const queries = queriesOf(dialect, engine.place);
  try {
    await bringUpToDate(queries, location, access);
  } catch (thrown) {
    await queries.destroy();
    throw postgresError(thrown, shown);
  }
  return { location: shown, queries, engine, close: () => queries.destroy() };
}

const wholeNumbers: readonly number[] = [pg.types.builtins.INT8, pg.types.builtins.NUMERIC];

/** Whole numbers of 64 bits, counts and sums come as text, since they may be larger than any that a store holds. */
const getTypeParser = ((oid: number, format?: 'text' | 'binary') =>
  wholeNumbers.includes(oid) ? Number : pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser;
