/**
 * Brings the tables of a schema up to date. The table `schema_version` holds the numbers of the migrations that were
 * run.
 */
import { readFileSync } from 'node:fs';
import { sql } from 'kysely';
import { EspalierError } from '../../core/errors.js';
import { listMigrations } from '../migrations.js';
import type { Queries, Store } from '../store.js';
import { transact } from '../transaction.js';
import type { ServerLocation } from './location.js';

/** @throws STORE_CORRUPT, STORE_NEWER, STORE_OUTDATED where nothing may be written, and errors of the server */
export async function bringUpToDate(
  store: Store,
  { schema, shown }: ServerLocation,
  access: 'read' | 'write',
): Promise<void> {
  const { queries } = store;
  const at = { file: shown };
  const migrations = listMigrations('postgres');
  const newest = migrations.at(-1)!.version;
  const current = await versionOf(queries, schema);
  if (current === 'foreign')
    throw new EspalierError('STORE_CORRUPT', `the schema ${schema} of ${shown} has tables of another program`, { at });
  if (current > newest)
    throw new EspalierError('STORE_NEWER', `${shown} has schema ${current}; this Espalier knows ${newest}`, { at });
  if (current === newest) return;
  if (access === 'read' && (await isReadOnly(queries)))
    throw new EspalierError(
      'STORE_OUTDATED',
      `${shown} has schema ${current}, this Espalier reads ${newest}, and the server lets nothing be written`,
      { at },
    );
  await transact(store, async (transaction) => {
    // Another process may have run some migrations while this one waited.
    const reached = await versionOf(transaction, schema);
    if (!(await isThere(transaction, schema))) await sql`create schema ${sql.id(schema)}`.execute(transaction);
    for (const { version, file } of migrations) {
      if (reached === 'foreign' || version <= reached) continue;
      await sql.raw(readFileSync(file, 'utf8')).execute(transaction);
      await sql`insert into schema_version (version) values (${version})`.execute(transaction);
    }
  });
}

/**
 * Number of the last migration that was run; 0 if there are no tables yet, `foreign` if the tables are not Espalier's.
 */
async function versionOf(queries: Queries, schema: string): Promise<number | 'foreign'> {
  const { rows } = await sql<{ name: string }>`
    select table_name as name from information_schema.tables where table_schema = ${schema}`.execute(queries);
  if (rows.length === 0) return 0;
  if (!rows.some(({ name }) => name === 'schema_version')) return 'foreign';
  const newest = await sql<{ version: number | null }>`select max(version) as version from schema_version`.execute(
    queries,
  );
  return newest.rows[0]!.version ?? 0;
}

/**
 * Checked before `create schema`, which needs the right to create one: an administrator may have created the schema for
 * the user.
 */
async function isThere(queries: Queries, schema: string): Promise<boolean> {
  const { rows } = await sql`select 1 from pg_namespace where nspname = ${schema}`.execute(queries);
  return rows.length > 0;
}

async function isReadOnly(queries: Queries): Promise<boolean> {
  const { rows } = await sql<{ value: string }>`select current_setting('transaction_read_only') as value`.execute(
    queries,
  );
  return rows[0]!.value === 'on';
}
