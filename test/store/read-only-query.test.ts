/** Queries of people, on either database: they read, and they end. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Store } from '#espalier/store/database.js';
import type { QueryRequest } from '#espalier/store/read-only-query.js';
import { errorOf } from '../support/errors.js';
import { engine, newExample, stored, temporaryStore } from '../support/store.js';

let store: Store;
beforeAll(async () => {
  store = await temporaryStore();
  await stored(store, 'a', [newExample({ text: 'one' }), newExample({ text: '\u001b[31mtwo', label: 'reserve' })]);
});

const ask = (sql: string, bounds: Partial<QueryRequest> = {}) =>
  store.engine.query({ sql, seconds: 20, rows: 100, signal: new AbortController().signal, ...bounds });

const endless = 'with recursive a(x) as (select 1 union all select x + 1 from a)';

describe('a query', () => {
  it('gives its columns and rows as they are', async () => {
    expect(await ask('select id, label, text from examples order by id;')).toEqual({
      columns: ['id', 'label', 'text'],
      rows: [
        [1, 'balance', 'one'],
        [2, 'reserve', '\u001b[31mtwo'],
      ],
      truncated: false,
    });
  });

  it.each([
    ['-- a remark\n /* another; one */ select 1 as one', [[1]]],
    [
      'values (1, null), (2, 3)',
      [
        [1, null],
        [2, 3],
      ],
    ],
    ['with a as (select 7 as x) select x, x from a', [[7, 7]]],
    ["select ';' as semicolon", [[';']]],
    ['select 1 where 1 = 0', []],
  ])('%j gives its rows', async (sql, rows) => {
    expect((await ask(sql)).rows).toEqual(rows);
  });

  it('shows bytes as SQL writes them', async () => {
    const bytes = engine === 'sqlite' ? "x'00ff'" : "'\\x00ff'::bytea";
    expect((await ask(`select ${bytes} as bytes`)).rows).toEqual([["x'00ff'"]]);
  });

  it('ends at its number of rows, and says so', async () => {
    const some = await ask(`${endless} select x from a`, { rows: 3 });
    expect(some).toMatchObject({ rows: [[1], [2], [3]], truncated: true });
    expect((await ask('values (1), (2)', { rows: 2 })).truncated).toBe(false);
  });

  it('is ended when its time is over', async () => {
    const start = performance.now();
    const error = await errorOf(ask(`${endless} select count(*) from a`, { seconds: 1 }));
    expect(error).toMatchObject({ code: 'SQL_TOO_SLOW', message: 'the query was ended after 1 second' });
    expect(performance.now() - start).toBeLessThan(10_000);
  });

  it('is ended when the caller stops it', async () => {
    const stop = new AbortController();
    const asked = errorOf(ask(`${endless} select count(*) from a`, { signal: stop.signal }));
    setTimeout(() => stop.abort(), 500);
    expect((await asked).code).toBe('INTERRUPTED');
    expect((await errorOf(ask('select 1', { signal: stop.signal }))).code).toBe('INTERRUPTED');
  });
});

describe('a statement that writes', () => {
  it.each([
    "insert into adapters (name, created_at) values ('x', '')",
    'delete from examples',
    'UPDATE examples SET label = 1',
    '/* select */ drop table examples',
    'with gone as (select 1) delete from examples',
    "attach ':memory:' as other",
    'pragma query_only = off',
    'vacuum',
    'begin',
    'set transaction read write',
  ])('is refused: %s', async (sql) => {
    const { code } = await errorOf(ask(sql));
    expect(['SQL_WRITES', 'SQL_INVALID']).toContain(code);
    expect((await ask('select count(*) from examples')).rows).toEqual([[2]]);
  });

  it.each([
    'select 1; delete from examples',
    'select 1; commit; delete from examples',
    'select 1) ; delete from examples; select (1',
    'select no_such_column from examples',
    'select * from no_such_table',
    'selec 1',
    'explain select 1',
    '',
    '   -- nothing',
    'select (',
  ])('or that is none is invalid: %j', async (sql) => {
    expect((await errorOf(ask(sql))).code).toBe('SQL_INVALID');
    expect((await ask('select count(*) from examples')).rows).toEqual([[2]]);
  });

  it.runIf(engine === 'postgres')('within a reading one is refused by the server', async () => {
    const hidden = 'with gone as (delete from examples returning id) select * from gone';
    expect((await errorOf(ask(hidden))).code).toBe('SQL_WRITES');
    expect((await errorOf(ask("select setval('examples_id_seq', 1)"))).code).toBe('SQL_WRITES');
    expect((await ask('select count(*) from examples')).rows).toEqual([[2]]);
  });
});
