/** Databases as earlier releases left them. */
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import SqliteDatabase from 'better-sqlite3';
import { temporaryFolder } from './temporary-folder.js';

const migrations = fileURLToPath(new URL('../../replay-store/migrations/sqlite', import.meta.url));

/** With the migrations before `before` ("008"), in tables that `fill` has filled. @returns its path */
export function writeOldStore(before: string, fill: (database: SqliteDatabase.Database) => void): string {
  const path = join(temporaryFolder(), `${randomUUID()}.db`);
  const database = new SqliteDatabase(path);
  // Migrations fill columns with these; of empty tables none is ever asked.
  for (const name of ['twin_hash', 'same_text_hash', 'is_label_set', 'example_seal', 'audit_hash'])
    database.function(name, { varargs: true }, () => {
      throw new Error(`${name} was asked of an empty table`);
    });
  const files = readdirSync(migrations)
    .filter((name) => name < before)
    .sort();
  for (const file of files) database.exec(readFileSync(join(migrations, file), 'utf8'));
  fill(database);
  database.pragma(`application_id = ${0x4553504c}`);
  database.pragma(`user_version = ${Number(files.at(-1)!.slice(0, 3))}`);
  database.close();
  return path;
}
