/** Brings the tables of a SQLite file up to date. The file's header holds the number of the last migration. */
import { readFileSync } from 'node:fs';
import type SqliteDatabase from 'better-sqlite3';
import { checksum } from '../../core/checksum.js';
import { isLabelSet } from '../../core/label-sets.js';
import { sameTextHash } from '../../core/text.js';
import { type AuditContent, auditHash } from '../audit-chain.js';
import { listMigrations } from '../migrations.js';

export const newestVersion = (): number => listMigrations('sqlite').at(-1)?.version ?? 0;

export function versionOf(database: SqliteDatabase.Database): number {
  return database.pragma('user_version', { simple: true }) as number;
}

export function migrate(database: SqliteDatabase.Database, applicationId: number): void {
  // SQL functions for migrations that fill columns. Migration 006 uses an earlier name of the first.
  for (const name of ['same_text_hash', 'twin_hash'])
    database.function(name, { deterministic: true }, (text) => sameTextHash(String(text)));
  database.function('is_label_set', { deterministic: true }, (label) => Number(isLabelSet(String(label))));
  database.function('example_seal', { deterministic: true, varargs: true }, (...fields) =>
    checksum(JSON.stringify(fields)),
  );
  database.function('audit_hash', { deterministic: true, varargs: true }, (...columns) =>
    hashOfColumns(columns as (string | null)[]),
  );
  for (const { version, file } of listMigrations('sqlite')) {
    if (version <= versionOf(database)) continue;
    database
      .transaction(() => {
        // Another process may have run it while this one waited for the lock.
        if (version <= versionOf(database)) return;
        database.exec(readFileSync(file, 'utf8'));
        database.pragma(`application_id = ${applicationId}`);
        database.pragma(`user_version = ${version}`);
      })
      .immediate();
  }
}

/** Columns in the order of migration 010. */
function hashOfColumns([previous, at, actor, via, act, adapter, subject, detail]: readonly (string | null)[]): string {
  return auditHash({ previous, at, actor, via, act, adapter, subject, detail } as AuditContent);
}
