/** The audit is appended to, in the transaction of each act, and chained so that a later change of it shows. */
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { recordAct } from '#espalier/store/audit.js';
import { type AuditContent, auditHash, checkAuditChain, firstPrevious } from '#espalier/store/audit-chain.js';
import { openStore, type Store, transact } from '#espalier/store/database.js';
import { writeOldStore } from '../support/old-store.js';
import { engine, now, temporaryStore } from '../support/store.js';

const act = {
  at: now,
  principal: { name: 'ada', via: 'cli' },
  act: 'approve',
  adapter: 'support',
  subject: 'candidate 1',
} as const;

const record = (store: Store, change: object = {}) =>
  transact(store, (transaction) => recordAct(transaction, { ...act, ...change }));

describe('the audit', () => {
  it('keeps time, actor, door, act, adapter, subject and detail, and the hash of the row before', async () => {
    const store = await temporaryStore();
    await record(store, { detail: { reason: 'better' } });
    await record(store, { principal: { name: 'schedule: cron', via: 'schedule' } });
    const row = { at: '2026-11-24T12:00:00.000Z', act: 'approve', adapter: 'support', subject: 'candidate 1' };
    const first = { ...row, actor: 'ada', via: 'cli', detail: '{"reason":"better"}', previous: firstPrevious };
    const second = { ...row, actor: 'schedule: cron', via: 'schedule', detail: '{}', previous: auditHash(first) };
    expect(await store.queries.selectFrom('audit').selectAll().execute()).toEqual([
      { id: 1, ...first, hash: auditHash(first) },
      { id: 2, ...second, hash: auditHash(second) },
    ]);
  });

  it('holds no act whose transaction was undone, and goes on from the row before it', async () => {
    const store = await temporaryStore();
    await record(store);
    const work = transact(store, async (transaction) => {
      await recordAct(transaction, act);
      throw new Error('undone');
    });
    await expect(work).rejects.toThrow('undone');
    await record(store);
    expect(await checkAuditChain(store.queries)).toMatchObject({ rows: 2, broken: undefined });
  });

  it.each([
    ['changed', `update audit set actor = 'eve'`],
    ['deleted', 'delete from audit'],
    [
      'changed on a conflict',
      `insert into audit values (1, '', '', '', '', '', '', '', 'x', '') on conflict (id) do update set actor = 'eve'`,
    ],
  ])('refuses in the database itself that a row is %s', expectRefused);

  it.runIf(engine === 'postgres')('refuses in the database itself that the table is emptied', () =>
    expectRefused('emptied', 'truncate audit'),
  );

  it.runIf(engine === 'sqlite').each([
    ['replaced', `replace into audit values (1, '', 'eve', '', '', '', '', '', 'x', '')`],
    [
      'replaced by one that follows the same row',
      `replace into audit values (9, '', 'eve', '', '', '', '', '', '${firstPrevious}', '')`,
    ],
  ])('refuses in the database itself that a row is %s', expectRefused);
});

async function expectRefused(_how: string, statement: string): Promise<void> {
  const store = await temporaryStore();
  await record(store);
  await expect(sql.raw(statement).execute(store.queries)).rejects.toThrow('audit rows are never');
  expect(await store.queries.selectFrom('audit').select('actor').execute()).toEqual([{ actor: 'ada' }]);
}

describe('the hash of a row', () => {
  const content: AuditContent = {
    previous: firstPrevious,
    at: 't',
    actor: 'a',
    via: null,
    act: 'b',
    adapter: 'c',
    subject: 'd',
    detail: '{}',
  };

  it('is the same for ever: stored rows rest on it', () => {
    expect(auditHash(content)).toBe('5330823d4c372a498bd3d5945ba584a272f3fefb4a03fd9f1299e9d1e6b01550');
  });

  it.each(Object.keys(content))('covers the column %s', (column) => {
    expect(auditHash({ ...content, [column]: 'x' })).not.toBe(auditHash(content));
  });
});

describe('the chain of the audit', () => {
  /** Five acts, in a database whose triggers somebody has removed. */
  async function openToForgery(): Promise<Store> {
    const store = await temporaryStore();
    for (let number = 1; number <= 5; number++) await record(store, { subject: `candidate ${number}` });
    const others = { sqlite: ['audit_never_replaces'], postgres: ['audit_never_emptied'] };
    for (const trigger of ['audit_never_changes', 'audit_never_shrinks', ...others[engine]])
      await sql.raw(`drop trigger ${trigger} ${engine === 'postgres' ? 'on audit' : ''}`).execute(store.queries);
    return store;
  }

  const brokenAfter = async (statement: string) => {
    const store = await openToForgery();
    for (const part of statement.split(';')) await sql.raw(part).execute(store.queries);
    return (await checkAuditChain(store.queries)).broken;
  };

  it('holds where nothing was changed, and tells its head', async () => {
    const store = await openToForgery();
    const { hash } = await store.queries
      .selectFrom('audit')
      .select('hash')
      .where('id', '=', 5)
      .executeTakeFirstOrThrow();
    expect(await checkAuditChain(store.queries)).toEqual({ rows: 5, head: hash, broken: undefined });
    expect(await checkAuditChain((await temporaryStore()).queries)).toEqual({
      rows: 0,
      head: firstPrevious,
      broken: undefined,
    });
  });

  it.each(['at', 'actor', 'via', 'act', 'adapter', 'subject', 'detail', 'hash'])(
    'shows where %s was edited',
    async (column) => {
      expect(await brokenAfter(`update audit set ${column} = 'forged' where id = 3`)).toEqual({
        row: 3,
        what: 'content',
      });
    },
  );

  it('shows a row that was edited and hashed again, at the row after it', async () => {
    const store = await openToForgery();
    const row = await store.queries.selectFrom('audit').selectAll().where('id', '=', 3).executeTakeFirstOrThrow();
    const forged = { ...row, actor: 'eve' };
    await store.queries
      .updateTable('audit')
      .set({ actor: 'eve', hash: auditHash(forged) })
      .where('id', '=', 3)
      .execute();
    expect((await checkAuditChain(store.queries)).broken).toEqual({ row: 4, what: 'link' });
  });

  it.each([
    ['the first row is deleted', 'delete from audit where id = 1', 2],
    ['a row is deleted', 'delete from audit where id = 3', 4],
    [
      'two rows are swapped',
      'update audit set id = 99 where id = 2; update audit set id = 2 where id = 4; update audit set id = 4 where id = 99',
      2,
    ],
    ['a row is moved to the end', 'update audit set id = 99 where id = 2', 3],
  ])('shows where %s', async (_what, statement, row) => {
    expect(await brokenAfter(statement)).toEqual({ row, what: 'link' });
  });

  it('is read slice by slice, in the order of the rows', async () => {
    const store = await temporaryStore();
    await transact(store, async (transaction) => {
      for (let number = 0; number < 2001; number++) await recordAct(transaction, { ...act, subject: `${number}` });
    });
    expect(await checkAuditChain(store.queries)).toMatchObject({ rows: 2001, broken: undefined });
  });
});

describe.runIf(engine === 'sqlite')('an audit that was written before it was chained', () => {
  it('is chained as it stands when the store is opened, refuses changes as before, and is continued', async () => {
    const path = writeOldStore('010', (database) => {
      const insert = database.prepare("INSERT INTO audit VALUES (?, '2026-01-01', 'ann', 'ingested', 'desk', ?, '{}')");
      for (const id of [1, 2, 7]) insert.run(id, `${id} examples`);
    });
    const store = await openStore(path);
    await record(store);
    const rows = await store.queries
      .selectFrom('audit')
      .select(['id', 'actor', 'via', 'subject'])
      .orderBy('id')
      .execute();
    expect(rows).toEqual([
      { id: 1, actor: 'ann', via: null, subject: '1 examples' },
      { id: 2, actor: 'ann', via: null, subject: '2 examples' },
      { id: 7, actor: 'ann', via: null, subject: '7 examples' },
      { id: 8, actor: 'ada', via: 'cli', subject: 'candidate 1' },
    ]);
    expect(await checkAuditChain(store.queries)).toMatchObject({ rows: 4, broken: undefined });
    await expect(sql.raw(`update audit set actor = 'eve'`).execute(store.queries)).rejects.toThrow(
      'audit rows are never changed',
    );
    await store.close();
  });
});
