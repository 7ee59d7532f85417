import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { recordAct } from '#espalier/store/audit.js';
import { transact } from '#espalier/store/database.js';
import { now, temporaryStore } from '../support/store.js';

const act = { at: now, actor: 'ada', act: 'approved', adapter: 'support', subject: 'candidate 1' };

describe('the audit', () => {
  it('keeps time, actor, act, adapter, subject and detail', async () => {
    const store = await temporaryStore();
    await recordAct(store.queries, { ...act, detail: { reason: 'better' } });
    await recordAct(store.queries, act);
    const row = { at: '2026-11-24T12:00:00.000Z', actor: 'ada', act: 'approved', adapter: 'support', subject: 'candidate 1' };
    expect(await store.queries.selectFrom('audit').selectAll().execute()).toEqual([
      { id: 1, ...row, detail: '{"reason":"better"}' },
      { id: 2, ...row, detail: '{}' },
    ]);
  });

  it('holds no act whose transaction was undone', async () => {
    const store = await temporaryStore();
    const work = transact(store, async (queries) => {
      await recordAct(queries, act);
      throw new Error('undone');
    });
    await expect(work).rejects.toThrow('undone');
    expect(await store.queries.selectFrom('audit').selectAll().execute()).toEqual([]);
  });

  it.each([
    ['changed', `update audit set actor = 'eve'`],
    ['deleted', 'delete from audit'],
    ['replaced', `replace into audit (id, at, actor, act, adapter, subject, detail) values (1, '', 'eve', '', '', '', '')`],
    [
      'changed on a conflict',
      `insert into audit (id, at, actor, act, adapter, subject, detail) values (1, '', '', '', '', '', '')
      on conflict (id) do update set actor = 'eve'`,
    ],
  ])('refuses in the database itself that a row is %s', async (_how, statement) => {
    const store = await temporaryStore();
    await recordAct(store.queries, act);
    await expect(sql.raw(statement).execute(store.queries)).rejects.toThrow('audit rows are never');
    expect(await store.queries.selectFrom('audit').select('actor').execute()).toEqual([{ actor: 'ada' }]);
  });
});
