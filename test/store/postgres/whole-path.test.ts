/** The same work on both databases leaves the same rows and the same files; a run that is killed there is resumed. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { openStore } from '#espalier/store/database.js';
import { tables } from '#espalier/store/tables.js';
import { espalier, succeed, succeedJson } from '../../support/command.js';
import { at, databaseOf, ingestWords, writeDesk } from '../../support/desk.js';
import { newSchema } from '../../support/store.js';

interface Workspace {
  readonly folder: string;
  readonly location: string;
  run(...words: string[]): Promise<string>;
}

function newWorkspace(database: 'sqlite' | 'postgres'): Workspace {
  const folder = writeDesk();
  const location = database === 'sqlite' ? databaseOf(folder) : newSchema();
  const options = database === 'sqlite' ? {} : { environment: { ESPALIER_DATABASE_URL: location } };
  return { folder, location, run: (...words) => succeed(folder, words, options) };
}

/** Two domains, two versions, a rejection and a rollback. */
async function live({ run }: Workspace): Promise<void> {
  await run(...ingestWords('billing'), ...at(8));
  await run('update', 'desk', ...at(9));
  await run('candidates', 'approve', '1', '--reason', 'the first', ...at(10));
  await run(...ingestWords('shipping'), ...at(11));
  await run('update', 'desk', '--tournament', 'analytic,replay', ...at(12));
  await run('candidates', 'approve', '2', '--reason', 'better', '--override', ...at(13));
  await run('eval', 'run', 'desk', ...at(14));
  await run('rollback', 'desk', '--reason', 'a look back', ...at(15));
  await run('candidates', 'verify', '2');
}

/** All rows, but for what differs between two runs of the same work: who held a run, and what clocks measured. */
async function rowsOf({ location }: Workspace) {
  const store = await openStore(location);
  const measured = ['lease_owner', 'lease_until', 'seconds', 'outputs', 'seal'];
  const all = new Map<string, unknown[]>();
  for (const { name, key } of tables) {
    const order = sql.join(key.map((column) => sql.ref(column)));
    const { rows } = await sql<Record<string, unknown>>`select * from ${sql.table(name)} order by ${order}`.execute(
      store.queries,
    );
    const isRun = name === 'runs' || name === 'contenders';
    const kept = (row: Record<string, unknown>) =>
      Object.fromEntries(
        Object.entries(row)
          .filter(([column]) => !isRun || !measured.includes(column))
          .sort(),
      );
    all.set(name, rows.map(kept));
  }
  await store.close();
  return all;
}

function filesOf({ folder }: Workspace): Map<string, string> {
  const versions = join(folder, 'adapters', 'desk', 'versions');
  const names = readdirSync(versions, { recursive: true, encoding: 'utf8' }).filter((name) => /\.\w+$/.test(name));
  return new Map(names.sort().map((name) => [name, readFileSync(join(versions, name)).toString('base64')]));
}

describe('the same work', () => {
  it('leaves the same rows and the same bytes on PostgreSQL as on SQLite, and copies of one are the other', async () => {
    const [file, server] = [newWorkspace('sqlite'), newWorkspace('postgres')];
    for (const workspace of [file, server]) await live(workspace);
    const [onFile, onServer] = [await rowsOf(file), await rowsOf(server)];
    for (const { name } of tables) expect([name, onServer.get(name)]).toEqual([name, onFile.get(name)]);
    const [files, others] = [filesOf(file), filesOf(server)];
    expect([...files.keys()]).toEqual([...others.keys()]);
    expect([...files].filter(([name, bytes]) => others.get(name) !== bytes).map(([name]) => name)).toEqual([]);

    // The server's workspace goes on in a file: it answers the same, and its verdicts are verified there.
    const words = ['predict', 'desk', 'where is my refund'];
    const answer = await server.run(...words, '--json');
    await server.run('store', 'copy', '--to', databaseOf(server.folder));
    expect(await succeed(server.folder, [...words, '--json'])).toBe(answer);
    await succeed(server.folder, ['candidates', 'verify', '2']);
    const copied = await rowsOf({ ...server, location: databaseOf(server.folder) });
    for (const { name } of tables) expect([name, copied.get(name)]).toEqual([name, onServer.get(name)]);
  });

  it.each(['train:after', 'evaluate:before', 'propose:before', 'propose:after'])(
    'that is killed at %s is resumed to the same rows',
    async (moment) => {
      const [undisturbed, killed] = [newWorkspace('postgres'), newWorkspace('postgres')];
      for (const { run } of [undisturbed, killed]) await run(...ingestWords('billing'), ...at(8));
      await undisturbed.run('update', 'desk', ...at(9));
      const outcome = await espalier(killed.folder, ['update', 'desk', ...at(9)], {
        preload: 'die-at.mjs',
        environment: { ESPALIER_DATABASE_URL: killed.location, ESPALIER_TEST_DIE_AT: moment },
      });
      expect(outcome.signal).toBe('SIGKILL');
      if (moment !== 'propose:after') await killed.run('update', 'desk', ...at(9));
      const [expected, found] = [await rowsOf(undisturbed), await rowsOf(killed)];
      for (const { name } of tables) {
        const without = (rows: unknown[] | undefined) =>
          rows?.map((row) => ({ ...(row as object), fencing_token: undefined }));
        expect([name, without(found.get(name))]).toEqual([name, without(expected.get(name))]);
      }
    },
  );
});

describe('two processes', () => {
  it('that update one adapter at once: one does, the other is told', async () => {
    const { folder, location, run } = newWorkspace('postgres');
    await run(...ingestWords('billing'), ...at(8));
    const options = { environment: { ESPALIER_DATABASE_URL: location } };
    const outcomes = await Promise.all([1, 2].map(() => espalier(folder, ['update', 'desk', ...at(9)], options)));
    expect(outcomes.map(({ code }) => code).sort()).toEqual([0, 1]);
    expect(outcomes.find(({ code }) => code === 1)!.stderr).toMatch(
      /\[(UPDATE_RUNNING|NOTHING_TO_LEARN|VERSION_EXISTS)\]/,
    );
    const status = await succeedJson<{ adapters: { waiting: number[] }[] }>(folder, ['status'], options);
    expect(status.adapters[0]!.waiting).toHaveLength(1);
  });

  it('that approve one candidate at once: one does, the other is told', async () => {
    const { folder, location, run } = newWorkspace('postgres');
    await run(...ingestWords('billing'), ...at(8));
    await run('update', 'desk', ...at(9));
    const options = { environment: { ESPALIER_DATABASE_URL: location } };
    const words = ['candidates', 'approve', '1', '--reason', 'both', ...at(10)];
    const outcomes = await Promise.all([1, 2].map(() => espalier(folder, words, options)));
    expect(outcomes.map(({ code }) => code).sort()).toEqual([0, 1]);
    expect(outcomes.find(({ code }) => code === 1)!.stderr).toContain('[CANDIDATE_DECIDED]');
  });
});
