/** Connections to a PostgreSQL server, each with the schema of the store before it. */
import { CompiledQuery, type Dialect, PostgresDialect } from 'kysely';
import pg from 'pg';
import type { ServerLocation } from './location.js';

/** Of one process: a transaction holds one, and what it waits for may need another. */
const mostConnections = 4;
const connectMilliseconds = 10_000;

/** @param settings SQL that is run on each connection before it is used */
export function dialectFor({ connectionString, schema }: ServerLocation, settings: readonly string[] = []): Dialect {
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
  return new PostgresDialect({
    pool,
    onCreateConnection: async (connection) => {
      for (const statement of [`set search_path to "${schema}"`, ...settings])
        await connection.executeQuery(CompiledQuery.raw(statement));
    },
  });
}

const wholeNumbers: readonly number[] = [pg.types.builtins.INT8, pg.types.builtins.NUMERIC];

/** Whole numbers of 64 bits, counts and sums come as text, since they may be larger than any that a store holds. */
const getTypeParser = ((oid: number, format?: 'text' | 'binary') =>
  wholeNumbers.includes(oid) ? Number : pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser;
