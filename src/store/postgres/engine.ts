/** The parts of the store that are specific to PostgreSQL. */
import { sql } from 'kysely';
import { patienceMilliseconds } from '../patience.js';
import type { Engine, Transaction } from '../store.js';
import { tables } from '../tables.js';
import { ServerBandIndex } from './band-index.js';
import { postgresError } from './errors.js';
import { ParcelWriter } from './example-writer.js';
import type { ServerLocation } from './location.js';
import { queryServer } from './query.js';
import { withMatches } from './text-search.js';

export function postgresEngine(location: ServerLocation): Engine {
  const { schema, shown } = location;
  return {
    name: 'postgres',
    place: { location: shown },
    async begin(transaction) {
      await sql`begin`.execute(transaction);
      await holdSchema(transaction, schema);
    },
    beforeCommit: async () => undefined,
    async beginReading(transaction) {
      await sql`begin isolation level repeatable read, read only`.execute(transaction);
    },
    async reclaim(queries) {
      for (const { name } of tables) await sql`vacuum full ${sql.table(`${schema}.${name}`)}`.execute(queries);
    },
    // The server itself checks its pages and keys.
    findDamage: async () => [],
    requireInPlace: () => undefined,
    async now(queries) {
      const { rows } = await sql<{ now: string }>`select clock_timestamp()::text as now`.execute(queries);
      return new Date(rows[0]!.now);
    },
    openExampleWriter: (transaction, of) => new ParcelWriter(transaction, of),
    openBandIndex: (transaction) => new ServerBandIndex(transaction),
    // Called only for rows of multi-label tasks: other rows hold no JSON.
    isInSet: (label) => sql<boolean>`jsonb_exists(label::jsonb, ${label})`,
    provenanceFile: sql<string>`provenance::json ->> 'file'`,
    matchId: sql<number>`examples.id`,
    withMatches,
    query: (request) => queryServer(location, request),
    async readLastIds(queries) {
      // A sequence that has not issued a number yet is omitted.
      const { rows } = await sql<{ name: string; last: number | null }>`
        select columns.table_name as name, pg_sequence_last_value(
          pg_get_serial_sequence(quote_ident(columns.table_schema) || '.' || quote_ident(columns.table_name), 'id')::regclass
        ) as last
        from information_schema.columns where table_schema = ${schema} and is_identity = 'YES'`.execute(queries);
      return new Map(rows.flatMap(({ name, last }) => (last === null ? [] : [[name, last] as const])));
    },
    async saveLastIds(transaction, ids) {
      for (const [name, last] of ids)
        await sql`select setval(pg_get_serial_sequence(${`${schema}.${name}`}, 'id'), ${last})`.execute(transaction);
    },
    errorOf: (thrown) => postgresError(thrown, shown),
  };
}

/**
 * Prevents other writers in the schema until the transaction ends. Reads, and writes outside of transactions (leases,
 * vectors), continue.
 */
async function holdSchema(transaction: Transaction, schema: string): Promise<void> {
  await sql`set local lock_timeout = ${sql.lit(patienceMilliseconds)}`.execute(transaction);
  await sql`select pg_advisory_xact_lock(hashtextextended(${`espalier:${schema}`}, 0))`.execute(transaction);
}
