import { readFileSync } from 'node:fs';
import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { temporaryStore } from '../../support/store.js';

it('the migrations end in exactly the schema of expected-schema.sql', async () => {
  const store = await temporaryStore();
  const { rows } = await sql<{ sql: string }>`
    select sql from sqlite_schema where name not like 'sqlite_%' order by type, name`.execute(store.queries);
  const schema = `${rows.map((row) => `${row.sql};`).join('\n\n')}\n`;
  expect(schema).toBe(readFileSync(new URL('expected-schema.sql', import.meta.url), 'utf8'));
});

it('every table of ours is strict: a value of another type is refused, not converted', async () => {
  const store = await temporaryStore();
  const { rows } = await sql<{ name: string; strict: number }>`
    select name, strict from pragma_table_list where schema = 'main' and type = 'table' and name not like 'sqlite_%'`.execute(
    store.queries,
  );
  expect(rows.length).toBeGreaterThan(5);
  expect(rows.filter((row) => !row.strict)).toEqual([]);
});
