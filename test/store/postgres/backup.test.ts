/** A workspace on a server is backed up into the same kind of file, and goes on from it in a file of its own. */
import { join } from 'node:path';
import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { openStore } from '#espalier/store/database.js';
import { tables } from '#espalier/store/tables.js';
import { succeed, succeedJson } from '../../support/command.js';
import { at, databaseOf, ingestWords, writeDesk } from '../../support/desk.js';
import { newSchema } from '../../support/store.js';

/** The rows of every table, by its name. */
async function rowsIn(location: string) {
  const store = await openStore(location);
  const all: Record<string, unknown[]> = {};
  for (const { name, key } of tables) {
    const order = sql.join(key.map((column) => sql.ref(column)));
    all[name] = (await sql`select * from ${sql.table(name)} order by ${order}`.execute(store.queries)).rows;
  }
  await store.close();
  return all;
}

it('a backup of a workspace on a server has its rows and versions; doctor and prune work there', async () => {
  const folder = writeDesk();
  const location = newSchema();
  const options = { environment: { ESPALIER_DATABASE_URL: location } };
  const run = (...words: string[]) => succeed(folder, words, options);
  await run(...ingestWords('billing'), ...at(8));
  await run('update', 'desk', ...at(9));
  await run('candidates', 'approve', '1', '--reason', 'the first', ...at(10));
  for (const candidate of ['2', '3']) {
    await run('update', 'desk', '--reencode', ...at(11));
    await run('candidates', 'reject', candidate, '--reason', 'a test', ...at(12));
  }
  const backup = join(folder, 'desk.tar');
  await run('backup', backup, ...at(13));
  const before = await rowsIn(location);
  await succeed(folder, ['restore', backup, '--into', 'again']);
  const again = join(folder, 'again');
  expect(await rowsIn(databaseOf(again))).toEqual(before);
  const words = ['predict', 'desk', 'where is my refund', '--json'];
  expect(await succeed(again, words)).toBe(await run(...words));
  expect((await succeedJson<{ findings: unknown[] }>(folder, ['doctor'], options)).findings).toEqual([]);
  const pruned = await succeedJson<{ pruned: { what: string }[] }>(folder, ['prune', '--keep', '0'], options);
  expect(pruned.pruned.map(({ what }) => what)).toEqual(['version 2', 'version 3']);
  expect((await succeedJson<{ findings: unknown[] }>(folder, ['doctor'], options)).findings).toEqual([]);
});
