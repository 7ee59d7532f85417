/**
 * Address of a store on a server: `postgres://user@host:5432/database`. The tables are in a schema of their own,
 * `espalier` unless `?schema=NAME` names another one, so that several workspaces can share a database.
 */
import { EspalierError } from '../../core/errors.js';

export interface ServerLocation {
  /** Passed to the driver, which also reads the environment (PGPASSWORD) and ~/.pgpass. */
  readonly connectionString: string;
  readonly schema: string;
  /** The address without the password, for display. */
  readonly shown: string;
}

const usualSchema = 'espalier';

/** @throws DATABASE_INVALID */
export function parseServerLocation(address: string): ServerLocation {
  if (!URL.canParse(address)) throw invalid('the address of the database is no URL');
  const url = new URL(address);
  const schema = url.searchParams.get('schema') ?? usualSchema;
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(schema) || schema.startsWith('pg_'))
    throw invalid('the schema must be a name of lower-case letters, digits and underscores');
  if (url.pathname.length <= 1) throw invalid('the address names no database');
  url.searchParams.delete('schema');
  const connectionString = url.href;
  url.password = '';
  url.searchParams.delete('password');
  if (schema !== usualSchema) url.searchParams.set('schema', schema);
  return { connectionString, schema, shown: url.href };
}

/** Does not repeat the address, which may contain a password. */
const invalid = (what: string) => new EspalierError('DATABASE_INVALID', what);
