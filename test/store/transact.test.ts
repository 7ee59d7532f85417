import { setTimeout } from 'node:timers/promises';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { EspalierError } from '#espalier/core/errors.js';
import { lastArrival } from '#espalier/store/arrivals.js';
import { saveMemberships } from '#espalier/store/buffer.js';
import { setChampionVersion } from '#espalier/store/candidates.js';
import { type Store, type Transaction, transact } from '#espalier/store/database.js';
import { countEmbeddings, findEmbeddings, saveEmbeddings } from '#espalier/store/embeddings.js';
import { errorOf } from '../support/errors.js';
import { engine, insertExamples, newExample, temporaryStore } from '../support/store.js';

describe('transact', () => {
  it('gives back what its work gives', async () => {
    const store = await temporaryStore();
    expect(await transact(store, async () => 42)).toBe(42);
  });

  it('undoes everything when its work throws, and throws the same', async () => {
    const store = await temporaryStore();
    const thrown = new EspalierError('INTERRUPTED', 'stopped');
    const work = transact(store, async (queries) => {
      await insertExamples(queries, 'a', [newExample({ text: 'one' })]);
      expect(await lastArrival(queries, 'a')).toBe(1);
      throw thrown;
    });
    await expect(work).rejects.toBe(thrown);
    expect(await lastArrival(store.queries, 'a')).toBe(0);
  });

  it('undoes everything when a query fails', async () => {
    const store = await temporaryStore();
    const twice = [newExample({ text: 'one' }), newExample({ text: 'one' })];
    await expect(transact(store, (queries) => insertExamples(queries, 'a', twice))).rejects.toThrow(
      /unique constraint/i,
    );
    expect(await lastArrival(store.queries, 'a')).toBe(0);
  });

  it('is there for the next one after a failure', async () => {
    const store = await temporaryStore();
    await transact(store, async () => Promise.reject(new Error('first'))).catch(() => undefined);
    await transact(store, (queries) => insertExamples(queries, 'a', [newExample({ text: 'one' })]));
    expect(await lastArrival(store.queries, 'a')).toBe(1);
  });

  it('runs those that are asked for at once one after another', async () => {
    const store = await temporaryStore();
    const texts = Array.from({ length: 20 }, (_, index) => `text ${index}`);
    await Promise.all(
      texts.map((text) =>
        transact(store, async (queries) => {
          const last = await lastArrival(queries, 'a');
          await insertExamples(queries, 'a', [newExample({ text, label: `after ${last}` })]);
        }),
      ),
    );
    const rows = await store.queries.selectFrom('examples').select(['id', 'label']).orderBy('id').execute();
    expect(rows.map((row) => row.label)).toEqual(rows.map((row) => `after ${row.id - 1}`));
  });
});

describe('PAST_TRANSACTION: a query within a transaction, but past it', () => {
  it.each<[string, (store: Store) => Promise<unknown>]>([
    ['a query of the store', (store) => lastArrival(store.queries, 'a')],
    ['SQL as text', (store) => sql`select 1`.execute(store.queries)],
    ['another transaction', (store) => transact(store, async () => 1)],
  ])('is refused and not waited for: %s', async (_what, ask) => {
    const store = await temporaryStore();
    const error = await errorOf(transact(store, () => ask(store)));
    expect([error.code, error.message]).toEqual([
      'PAST_TRANSACTION',
      `a query was asked past the open transaction of ${store.location}`,
    ]);
    expect(await lastArrival(store.queries, 'a')).toBe(0);
  });

  it('undoes the transaction, unless its work takes care of it', async () => {
    const store = await temporaryStore();
    const careless = transact(store, async (transaction) => {
      await insertExamples(transaction, 'a', [newExample({ text: 'one' })]);
      await lastArrival(store.queries, 'a');
    });
    await expect(careless).rejects.toMatchObject({ code: 'PAST_TRANSACTION' });
    expect(await lastArrival(store.queries, 'a')).toBe(0);
  });

  it('is no matter of queries that others ask meanwhile: they wait, or see what was there before', async () => {
    const store = await temporaryStore();
    const begun = transact(store, async (transaction) => {
      await insertExamples(transaction, 'a', [newExample({ text: 'one' })]);
      await setTimeout(20);
      return 'done';
    });
    expect(await Promise.all([begun, lastArrival(store.queries, 'a')])).toEqual(['done', engine === 'sqlite' ? 1 : 0]);
  });

  it('is no matter of what a transaction leaves behind, nor of another store', async () => {
    const [store, other] = [await temporaryStore(), await temporaryStore()];
    let later: Promise<number> | undefined;
    await transact(store, async () => {
      expect(await lastArrival(other.queries, 'a')).toBe(0);
      later = setTimeout(20).then(() => lastArrival(store.queries, 'a'));
    });
    expect(await later).toBe(0);
  });
});

describe('what must happen all or nothing', () => {
  it('does not compile outside of a transaction, and does within one', async () => {
    const store = await temporaryStore();
    const acts = async (transaction: Transaction) => {
      await setChampionVersion(transaction, 'a', 1);
      await saveMemberships(transaction, 'a', []);
      return lastArrival(transaction, 'a');
    };
    expect(await transact(store, acts)).toBe(0);
    // @ts-expect-error queries of the store are no transaction
    const wrong: Parameters<typeof acts> = [store.queries];
    // @ts-expect-error nor is a handle that Kysely gives for one connection
    await store.queries.connection().execute((connection) => acts(connection));
    expect(wrong).toHaveLength(1);
  });
});

describe.runIf(engine === 'sqlite')('DISK_FULL: the disk is full while vectors are saved', () => {
  it('leaves what was there, whole, and goes on when there is space again', async () => {
    const store = await temporaryStore();
    await saveEmbeddings(store, 'encoder', vectors(0, 20));
    await allowPages(store, await usedPages(store));
    const error = await errorOf(saveEmbeddings(store, 'encoder', vectors(20, 400)));
    expect(error.code).toBe('DISK_FULL');
    expect(await countEmbeddings(store, 'encoder')).toBe(20);
    expect(
      (await findEmbeddings(store, { fingerprint: 'encoder', dimension: vectors(7, 1)[0]!.vector.length }, ['7'])).get(
        '7',
      ),
    ).toEqual(vectors(7, 1)[0]!.vector);
    expect((await sql<{ integrity_check: string }>`pragma integrity_check`.execute(store.queries)).rows).toEqual([
      { integrity_check: 'ok' },
    ]);
    await allowPages(store, 100_000);
    await saveEmbeddings(store, 'encoder', vectors(20, 400));
    expect(await countEmbeddings(store, 'encoder')).toBe(420);
  });
});

const vectors = (first: number, count: number) =>
  Array.from({ length: count }, (_, index) => ({
    hash: `${first + index}`,
    vector: new Float32Array(512).fill(first + index),
  }));

async function usedPages(store: Store): Promise<number> {
  return (await sql<{ page_count: number }>`pragma page_count`.execute(store.queries)).rows[0]!.page_count;
}

/** What SQLite itself knows as a full disk: the file may not grow any more. */
async function allowPages(store: Store, pages: number): Promise<void> {
  await sql`pragma max_page_count = ${sql.lit(pages)}`.execute(store.queries);
}
