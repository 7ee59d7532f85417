/**
 * A workspace of the release before, opened by today's code: everything is still there, and every command goes on from
 * it.
 */
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import SqliteDatabase from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { checkAuditChain, firstPrevious } from '#espalier/store/audit-chain.js';
import { openStore } from '#espalier/store/database.js';
import { readLearned } from '#espalier/store/learned.js';
import { succeed, succeedJson } from '../../support/command.js';
import { jsonLines } from '../../support/suite.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const fixture = fileURLToPath(new URL('fixtures/schema-5', import.meta.url));
const root = temporaryFolder();
let folders = 0;

/** @returns its folder */
function oldWorkspace(): string {
  const folder = join(root, `${folders++}`);
  cpSync(fixture, folder, { recursive: true });
  mkdirSync(join(folder, 'replay-store'));
  const database = new SqliteDatabase(join(folder, 'replay-store', 'espalier.db'));
  database.exec(readFileSync(join(fixture, 'espalier.sql'), 'utf8'));
  database.close();
  return folder;
}

/** Table -> its rows, each as a set of values under the names of `columns`; without them under all of its own. */
function contentsOf(path: string, columns?: ReadonlyMap<string, readonly string[]>) {
  const database = new SqliteDatabase(path, { readonly: true });
  const names = database
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    .pluck()
    .all() as string[];
  const tables = names.map((table) => {
    const wanted = columns === undefined ? '*' : (columns.get(table) ?? []).join();
    const rows =
      wanted === ''
        ? []
        : (database
            .prepare(`SELECT ${wanted} FROM ${table} ORDER BY ${wanted === '*' ? '1' : wanted}`)
            .all() as object[]);
    return [table, rows] as const;
  });
  database.close();
  return new Map(tables);
}

const sorted = (rows: readonly object[]) => rows.map((row) => JSON.stringify(row)).sort();

describe('a store of schema 5', () => {
  it('is brought up to date with every row and every value that it had', async () => {
    const path = join(oldWorkspace(), 'replay-store', 'espalier.db');
    const before = contentsOf(path);
    const store = await openStore(path);
    await store.close();
    const after = contentsOf(path, new Map([...before].map(([table, rows]) => [table, Object.keys(rows[0] ?? {})])));
    expect([...before.values()].filter((rows) => rows.length > 0).length).toBeGreaterThan(12);
    for (const [table, rows] of before) expect([table, sorted(after.get(table) ?? [])]).toEqual([table, sorted(rows)]);
    const newest = readdirSync(fileURLToPath(new URL('../../../replay-store/migrations/sqlite', import.meta.url)))
      .sort()
      .at(-1)!;
    const database = new SqliteDatabase(path, { readonly: true });
    expect(database.pragma('user_version', { simple: true })).toBe(Number.parseInt(newest, 10));
    expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
    expect(database.pragma('foreign_key_check')).toEqual([]);
    database.close();
  });

  it('knows what its versions learned, in which order examples arrived, and chains its audit', async () => {
    const store = await openStore(join(oldWorkspace(), 'replay-store', 'espalier.db'));
    const through = async (version: number) =>
      Object.fromEntries((await readLearned(store.queries, { adapter: 'desk', version })).through);
    expect([await through(1), await through(2)]).toEqual([{ intent: 20 }, { intent: 44 }]);
    expect(await store.queries.selectFrom('arrivals').selectAll().orderBy('adapter').execute()).toEqual([
      { adapter: 'desk', last: 44, revision: 0 },
      { adapter: 'mood', last: 24, revision: 0 },
    ]);
    const odd = await store.queries.selectFrom('examples').select('id').whereRef('id', '!=', 'arrival').execute();
    expect(odd).toEqual([]);
    const chain = await checkAuditChain(store.queries);
    expect(chain).toMatchObject({ rows: 7, broken: undefined });
    expect(chain.head).not.toBe(firstPrevious);
    await store.close();
  });
});

interface Status {
  readonly adapters: readonly {
    readonly name: string;
    readonly champion: number | null;
    readonly newExamples: number;
    readonly waiting: number[];
  }[];
}

describe('a workspace of schema 5', () => {
  it('goes on: its candidates, buffer and champion are there, it takes examples in, and the next update continues from the champion', async () => {
    const folder = oldWorkspace();
    const newExamples = async () =>
      (await succeedJson<Status>(folder, ['status'])).adapters.map(({ name, champion, newExamples: count }) => [
        name,
        champion,
        count,
      ]);
    expect(await newExamples()).toEqual([
      ['desk', 1, 16],
      ['mood', null, 3],
    ]);
    expect(await succeed(folder, ['candidates', 'list', '--all'])).toMatch(
      /2 +desk +2 +INCONCLUSIVE +rejected.*\n *1 +desk +1 +PASS +approved/,
    );
    expect((await succeed(folder, ['buffer', 'list', '--adapter', 'desk'])).trimEnd().split('\n')).toHaveLength(13);
    const rows = [
      { text: 'the parcel came back to us', label: 'parcel' },
      { text: 'the bill has my old name on it', label: 'bill' },
    ];
    const file = join(folder, 'more.jsonl');
    writeFileSync(file, jsonLines(rows));
    await succeed(folder, ['ingest', file, '--adapter', 'desk', '--domain', 'winter', '--at', '2026-11-01T09:00:00Z']);
    expect((await newExamples())[0]).toEqual(['desk', 1, 18]);
    await succeed(folder, ['update', 'desk', '--at', '2026-11-01T10:00:00Z']);
    const manifest = JSON.parse(
      readFileSync(join(folder, 'adapters', 'desk', 'versions', '3', 'manifest.json'), 'utf8'),
    );
    expect(manifest).toMatchObject({
      parent: 1,
      data: { afterExample: 20, throughExample: 46, fresh: 18, replayed: 12 },
    });
    const approval = [
      'candidates',
      'approve',
      '3',
      '--override',
      '--reason',
      'a drill',
      '--at',
      '2026-11-01T11:00:00Z',
    ];
    expect(await succeed(folder, approval)).toContain('version 3 is champion');
    expect((await newExamples())[0]).toEqual(['desk', 3, 0]);
    expect(await succeed(folder, ['candidates', 'verify', '3'])).toContain('the same, to the last digit');
  }, 60_000);
});
