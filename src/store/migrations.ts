/** The numbered SQL files that create the tables; a number stands for the same tables in every dialect. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Engine } from './store.js';

const folders = fileURLToPath(new URL('../../replay-store/migrations', import.meta.url));

export interface Migration {
  readonly version: number;
  readonly file: string;
}

/** Migrations in ascending order. */
export function listMigrations(dialect: Engine['name']): Migration[] {
  const folder = join(folders, dialect);
  if (!existsSync(folder)) throw new Error(`the migrations are missing: ${folder}`);
  return readdirSync(folder)
    .filter((name) => /^\d{3}-.*\.sql$/.test(name))
    .sort()
    .map((name) => ({ version: Number(name.slice(0, 3)), file: join(folder, name) }));
}
