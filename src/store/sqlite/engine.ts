/** The parts of the store that are specific to SQLite. */
import type SqliteDatabase from 'better-sqlite3';
import { sql } from 'kysely';
import { systemCodeOf } from '../../core/errors.js';
import { patienceMilliseconds } from '../patience.js';
import type { Engine, Queries } from '../store.js';
import { openBandIndex } from './band-index.js';
import { sqliteError } from './errors.js';
import { openExampleWriter } from './example-writer.js';
import { type FileIdentity, requireInPlace } from './file-identity.js';
import { queryFile } from './query.js';
import { countUnindexed, indexNewTexts, matchId, rebuildTextIndex, withMatches } from './text-index.js';
import { busyMilliseconds, untilFree } from './waiting.js';

export interface DatabaseFile {
  readonly path: string;
  /** The file that was opened; transactions check that `path` still leads to it. Absent if nothing is written. */
  readonly identity?: FileIdentity;
}

export function sqliteEngine(database: SqliteDatabase.Database, file: DatabaseFile): Engine {
  return {
    name: 'sqlite',
    place: { location: file.path },
    // A deferred transaction that reads first fails under concurrency despite the busy timeout.
    begin: (transaction) =>
      untilFree(() => sql`begin immediate`.execute(transaction), patienceMilliseconds / busyMilliseconds),
    beforeCommit: indexNewTexts,
    async beginReading(transaction) {
      await sql`begin`.execute(transaction);
    },
    async saveTo(queries, target) {
      await sql`vacuum into ${target}`.execute(queries).catch((thrown) => {
        // What cannot be written is the target; what is damaged is this file.
        throw sqliteError(thrown, systemCodeOf(thrown)?.startsWith('SQLITE_CORRUPT') ? file.path : target);
      });
    },
    reclaim,
    findDamage,
    requireInPlace: () => requireInPlace(file),
    // The processes that share a file share the machine's clock.
    now: async () => new Date(),
    openExampleWriter: (_transaction, of) => openExampleWriter(database, of),
    openBandIndex: () => openBandIndex(database),
    isInSet: (label) => sql<boolean>`exists (select 1 from json_each(label) where value = ${label})`,
    provenanceFile: sql<string>`provenance ->> '$.file'`,
    matchId,
    withMatches,
    textIndex: { countUnindexed, rebuild: rebuildTextIndex },
    query: (request) => queryFile(file.path, request),
    async readLastIds(queries) {
      const { rows } = await sql<{ name: string; seq: number }>`select name, seq from sqlite_sequence`.execute(queries);
      return new Map(rows.map(({ name, seq }) => [name, seq]));
    },
    async saveLastIds(transaction, ids) {
      for (const [name, last] of ids) {
        await sql`delete from sqlite_sequence where name = ${name}`.execute(transaction);
        await sql`insert into sqlite_sequence (name, seq) values (${name}, ${last})`.execute(transaction);
      }
    },
    errorOf: (thrown) => sqliteError(thrown, file.path),
  };
}

/** The log is emptied before and after, since it holds pages as they were and as they are now. */
async function reclaim(queries: Queries): Promise<void> {
  const emptyLog = async () => {
    const { rows } = await sql<{ busy: number }>`pragma wal_checkpoint(truncate)`.execute(queries);
    if (rows[0]?.busy) throw Object.assign(new Error('the log is being read'), { code: 'SQLITE_BUSY' });
  };
  const times = patienceMilliseconds / busyMilliseconds;
  await untilFree(emptyLog, times);
  await untilFree(() => sql`vacuum`.execute(queries), times);
  await untilFree(emptyLog, times);
}

/** https://www.sqlite.org/pragma.html#pragma_integrity_check; both read the whole file. */
async function findDamage(queries: Queries): Promise<string[]> {
  const structure = await sql<{ integrity_check: string }>`pragma integrity_check`.execute(queries);
  const orphans = await sql<{ table: string; rowid: number; parent: string }>`pragma foreign_key_check`.execute(
    queries,
  );
  return [
    ...structure.rows.map(({ integrity_check }) => integrity_check).filter((found) => found !== 'ok'),
    ...orphans.rows.map(({ table, rowid, parent }) => `row ${rowid} of ${table} points to no row of ${parent}`),
  ];
}
