/** A store is copied whole and compared, from each database and to each. */
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { holdArrivals } from '#espalier/store/arrivals.js';
import { recordAct } from '#espalier/store/audit.js';
import { checkAuditChain } from '#espalier/store/audit-chain.js';
import { saveMemberships } from '#espalier/store/buffer.js';
import { copyStore } from '#espalier/store/copy.js';
import { openStore, type Store, transact } from '#espalier/store/database.js';
import { findEmbeddings, saveEmbeddings } from '#espalier/store/embeddings.js';
import { listExamples } from '#espalier/store/examples.js';
import { beginRun } from '#espalier/store/runs.js';
import { tables } from '#espalier/store/tables.js';
import { errorOf } from '../support/errors.js';
import { engine, insertExamples, newExample, newFile, newLocation, now, temporaryStore } from '../support/store.js';

const terms = { signal: new AbortController().signal, progress: () => undefined };
const range = { adapter: 'desk', tasks: ['intent'], split: 'train', afterArrival: 0, throughArrival: 9999 } as const;
const vector = Float32Array.of(0.1, Number.MIN_VALUE, -3e38);

async function filled(): Promise<Store> {
  const store = await temporaryStore();
  const texts = Array.from({ length: 1203 }, (_, index) => `text ${index} 'quoted' \u00e4\u{1f44b}`);
  await transact(store, async (transaction) => {
    await insertExamples(
      transaction,
      'desk',
      texts.map((text) => newExample({ text })),
    );
    await saveMemberships(transaction, 'desk', [
      { exampleId: 7, state: 'member', policy: 'p', score: 1 / 3, reason: '', since: '' },
    ]);
    for (const subject of ['one', 'two'])
      await recordAct(transaction, {
        at: now,
        principal: { name: 'ann', via: 'cli' },
        act: 'ingested',
        adapter: 'desk',
        subject,
      });
  });
  await saveEmbeddings(store, 'encoder', [{ hash: 'h', vector }]);
  // The last rows are gone: their numbers are not given again.
  await store.queries.deleteFrom('examples').where('id', '>', 1201).execute();
  return store;
}

const rowsOf = async (store: Store) =>
  Object.fromEntries(
    await Promise.all(
      tables.map(async ({ name, key }) => {
        const query = sql`select * from ${sql.table(name)} order by ${sql.join(key.map((column) => sql.ref(column)))}`;
        return [name, (await query.execute(store.queries)).rows];
      }),
    ),
  );

const places: [string, () => string][] =
  engine === 'sqlite'
    ? [['a file', newFile]]
    : [
        ['a file', newFile],
        ['a schema', newLocation],
      ];

describe.each(places)('a copy in %s', (_place, location) => {
  it('has every row of every table, and goes on as the original would', async () => {
    const [from, to] = [await filled(), await openStore(location())];
    const copied = await copyStore(from, to, terms);
    expect(copied.filter(({ rows }) => rows > 0)).toEqual([
      { table: 'arrivals', rows: 1 },
      { table: 'examples', rows: 1201 },
      { table: 'embeddings', rows: 1 },
      { table: 'buffer', rows: 1 },
      { table: 'audit', rows: 2 },
    ]);
    expect(await rowsOf(to)).toEqual(await rowsOf(from));
    expect(await listExamples(to, range)).toHaveLength(1201);
    expect((await findEmbeddings(to, { fingerprint: 'encoder', dimension: 3 }, ['h'])).get('h')).toEqual(vector);
    expect(await checkAuditChain(to.queries)).toMatchObject({ rows: 2, broken: undefined });
    await transact(to, (transaction) => insertExamples(transaction, 'desk', [newExample({ text: 'new' })]));
    const { id, arrival } = (await listExamples(to, range)).at(-1)!;
    expect([id, arrival]).toEqual([1204, 1204]);
    const begun = {
      adapter: 'desk',
      stage: 'encode',
      plan: {},
      trigger: 'ann',
      owner: 'one',
      startedAt: now,
      now,
    } as const;
    expect((await beginRun(to, begun)).id).toBe(1);
    await to.close();
  });

  it('is not made over rows that are there', async () => {
    const [from, to] = [await filled(), await openStore(location())];
    await transact(to, (transaction) => holdArrivals(transaction, 'mine'));
    const error = await errorOf(copyStore(from, to, terms));
    expect([error.code, error.message]).toEqual([
      'STORE_NOT_EMPTY',
      `${to.location} has rows already, in the table arrivals`,
    ]);
    await to.close();
  });

  it('that is stopped, or differs, leaves nothing behind', async () => {
    const [from, to] = [await filled(), await openStore(location())];
    const stopped = { signal: AbortSignal.abort(), progress: () => undefined };
    expect((await errorOf(copyStore(from, to, stopped))).code).toBe('INTERRUPTED');
    await sql.raw(lossy[to.engine.name]).execute(to.queries);
    expect(await errorOf(copyStore(from, to, terms))).toMatchObject({
      code: 'STORE_CORRUPT',
      message: 'the copy of the table examples differs from the original',
    });
    expect(Object.values(await rowsOf(to)).flat()).toEqual([]);
    await to.close();
  });
});

/** A target that changes what is written into it. */
const lossy = {
  sqlite:
    "create trigger lossy after insert on examples when new.id = 5 begin update examples set label = 'x' where id = 5; end",
  postgres: `create function lose() returns trigger language plpgsql as $$
    begin if new.id = 5 then new.label := 'x'; end if; return new; end $$;
    create trigger lossy before insert on examples for each row execute function lose()`,
};
