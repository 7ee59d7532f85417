/** Connections to a PostgreSQL server, with the store's schema first in the search path. */
import { CompiledQuery, type Dialect, PostgresDialect } from 'kysely';
import pg from 'pg';
import type { ServerLocation } from './location.js';

/** Per process: a transaction holds one connection, and code that it waits for may need another. */
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
  // Ignores errors of idle connections: the next query reports the error or gets another connection.
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

/**
 * Parses 64-bit integers, counts and sums as numbers. The driver returns them as text, since they could exceed a
 * number's exact range; those of a store never do.
 */
export const getTypeParser = ((oid: number, format?: 'text' | 'binary') =>
  wholeNumbers.includes(oid) ? Number : pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser;
