/**
 * Whatever means "arrived up to" or "arrived after" goes by a number that an adapter gives in order, and not by an id.
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type SqliteDatabase from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { textHash } from '#espalier/core/text.js';
import { holdArrivals, lastArrival, saveLastArrival } from '#espalier/store/arrivals.js';
import { openStore, type Store, transact } from '#espalier/store/database.js';
import { countAnswers } from '#espalier/store/example-counts.js';
import { countExamplesAfter, listExamples, sealOf } from '#espalier/store/examples.js';
import { readMatching } from '#espalier/store/find-examples.js';
import { countUnlearned, hasLearned, listUnlearned, readLearned, saveLearned } from '#espalier/store/learned.js';
import { wasShown } from '#espalier/update/measured.js';
import { writeOldStore } from '../support/old-store.js';
import { engine, insertExamples, newExample, newLocation, temporaryStore } from '../support/store.js';

const projectRoot = fileURLToPath(new URL('../..', import.meta.url));

const arrive = (store: Store, adapter: string, texts: readonly string[], split: 'train' | 'holdout' = 'train') =>
  transact(store, (transaction) =>
    insertExamples(
      transaction,
      adapter,
      texts.map((text) => newExample({ text, split })),
    ),
  );

/** Adapter `mood` has the arrival numbers 1 to 4, of which 3 is held out, and the ids 4 to 6 and 8. */
async function twoAdapters(): Promise<Store> {
  const store = await temporaryStore();
  await arrive(store, 'desk', ['a', 'b', 'c']);
  await arrive(store, 'mood', ['p', 'q']);
  await arrive(store, 'mood', ['r'], 'holdout');
  await arrive(store, 'desk', ['d']);
  await arrive(store, 'mood', ['s']);
  return store;
}

describe('the order of arrival', () => {
  it('is what ranges of examples, counts and the record of what was learned go by', async () => {
    const store = await twoAdapters();
    const range = { adapter: 'mood', tasks: ['intent'], split: 'train', afterArrival: 1, throughArrival: 4 } as const;
    expect((await listExamples(store, range)).map(({ id, arrival, text }) => [id, arrival, text])).toEqual([
      [5, 2, 'q'],
      [8, 4, 's'],
    ]);
    expect(await countExamplesAfter(store.queries, 'mood', 1)).toEqual({ train: 2, holdout: 1 });
    expect(await countExamplesAfter(store.queries, 'mood', 4)).toEqual({ train: 0, holdout: 0 });
    expect(await countAnswers(store.queries, 'mood', 3)).toEqual([
      { task: 'intent', answer: 'balance', train: 2, held: 1 },
    ]);
    expect(await countAnswers(store.queries, 'mood', 0)).toEqual([]);
    const version = { adapter: 'mood', version: 1 };
    await transact(store, (transaction) =>
      saveLearned(transaction, version, {
        through: new Map([['intent', 2]]),
        throughRevision: 0,
        leftOut: new Map([[4, 'leaked' as const]]),
      }),
    );
    const record = await readLearned(store.queries, version);
    const all = [];
    for await (const example of readMatching(store, 'mood')) all.push(example);
    expect(all.map(({ text }) => text)).toEqual(['p', 'q', 'r', 's']);
    expect(all.filter((example) => hasLearned(record, example)).map(({ text }) => text)).toEqual(['q']);
    const unlearned = await listUnlearned(store, { ...version, tasks: ['intent'], throughArrival: 4 });
    expect(unlearned.map(({ text }) => text)).toEqual(['p', 's']);
    expect(await countUnlearned(store.queries, { ...version, tasks: ['intent'] })).toBe(1);
    expect(await countUnlearned(store.queries, { ...version, tasks: ['intent'], afterArrival: 4 })).toBe(0);
  });

  it('holds over several tasks of an adapter, also for the first few', async () => {
    const store = await temporaryStore();
    await transact(store, (transaction) =>
      insertExamples(transaction, 'desk', [
        newExample({ text: 'a' }),
        newExample({ text: 'b', task: 'tone' }),
        newExample({ text: 'c' }),
        newExample({ text: 'd', task: 'tone' }),
      ]),
    );
    const range = {
      adapter: 'desk',
      tasks: ['tone', 'intent'],
      split: 'train',
      afterArrival: 0,
      throughArrival: 9,
    } as const;
    const texts = async (most?: number) =>
      (await listExamples(store, { ...range, ...(most && { most }) })).map(({ text }) => text);
    expect([await texts(), await texts(3)]).toEqual([
      ['a', 'b', 'c', 'd'],
      ['a', 'b', 'c'],
    ]);
  });

  it('never gives a number again, also when the last example is gone', async () => {
    const store = await twoAdapters();
    await store.queries.deleteFrom('examples').where('text', '=', 's').execute();
    expect(await lastArrival(store.queries, 'mood')).toBe(4);
    await arrive(store, 'mood', ['t']);
    expect(await store.queries.selectFrom('examples').select('arrival').where('text', '=', 't').execute()).toEqual([
      { arrival: 5 },
    ]);
  });

  it('gives no number twice: the database itself refuses it', async () => {
    const store = await twoAdapters();
    const again = store.queries.updateTable('examples').set({ arrival: 1 }).where('text', '=', 's').execute();
    await expect(again).rejects.toThrow(/unique constraint/i);
  });

  it('has no gap where several processes take examples in at once', async () => {
    const location = newLocation();
    const store = await openStore(location);
    await Promise.all(['x', 'y', 'z'].map((name) => arriveElsewhere(location, name)));
    const rows = await store.queries.selectFrom('examples').select(['arrival', 'id']).orderBy('arrival').execute();
    expect(rows.map(({ arrival }) => arrival)).toEqual(Array.from({ length: 120 }, (_, index) => index + 1));
    expect(await lastArrival(store.queries, 'desk')).toBe(120);
    await store.close();
  }, 60_000);

  it('tells what a champion had been shown of a holdout; results of before name the example alone', () => {
    const suite = { domain: 'd' } as Parameters<typeof wasShown>[0];
    const shown = (caseId: string, tags: Record<string, string>) =>
      wasShown(
        suite,
        { caseId, tags } as Parameters<typeof wasShown>[1],
        { afterExample: 10 } as Parameters<typeof wasShown>[2],
      );
    expect([shown('999', { arrival: '10' }), shown('3', { arrival: '11' })]).toEqual([true, false]);
    expect([shown('10', {}), shown('11', {})]).toEqual([true, false]);
  });
});

/** 40 transactions of one example each, in a process of its own. */
function arriveElsewhere(path: string, name: string): Promise<void> {
  const script = `
    import { holdArrivals, saveLastArrival } from '#espalier/store/arrivals.js';
    import { openStore, transact } from '#espalier/store/database.js';
    const [path, name] = process.argv.slice(1);
    const store = await openStore(path);
    for (let index = 0; index < 40; index++) {
      await transact(store, async (transaction) => {
        const arrival = (await holdArrivals(transaction, 'desk')) + 1;
        const text = name + index;
        const shared = { adapter: 'desk', task: 't', label: 'l', domain: 'd', source: 's', received_at: '', split: 'train' };
        await transaction.insertInto('examples')
          .values({ ...shared, arrival, text, hash: text, twin: text, provenance: '{}', seal: 0 }).execute();
        await saveLastArrival(transaction, 'desk', arrival);
      });
    }
    await store.close();`;
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', script, path, name], {
      cwd: projectRoot,
      stdio: 'inherit',
    });
    child.once('close', (code) => (code === 0 ? resolve() : reject(new Error(`process ${name} ended with ${code}`))));
  });
}

describe.runIf(engine === 'sqlite')('a store that was written before arrivals had numbers of their own', () => {
  function insertOld(database: SqliteDatabase.Database, id: number, adapter: string): void {
    const hash = textHash(`text ${id}`);
    database
      .prepare(
        `INSERT INTO examples (id, adapter, task, text, hash, label, domain, source, received_at, split, provenance, seal)
         VALUES (?, ?, 'intent', ?, ?, 'x', 'd', 's', '2026-01-01', 'train', '{}', ?)`,
      )
      .run(id, adapter, `text ${id}`, hash, sealOf({ task: 'intent', hash, label: 'x', domain: 'd', split: 'train' }));
  }

  const openOld = (fill: (database: SqliteDatabase.Database) => void) =>
    openStore(
      writeOldStore('010', (database) => {
        for (const [id, adapter] of [
          [1, 'desk'],
          [2, 'mood'],
          [3, 'desk'],
          [6, 'mood'],
        ] as const)
          insertOld(database, id, adapter);
        fill(database);
      }),
    );

  const arrivals = async (store: Store, adapter: string) =>
    (
      await store.queries
        .selectFrom('examples')
        .select('arrival')
        .where('adapter', '=', adapter)
        .orderBy('arrival')
        .execute()
    ).map(({ arrival }) => arrival);

  it('keeps the ids as numbers, so that what names one of them means the same, and goes on after the greatest', async () => {
    const store = await openOld((database) =>
      database.exec("INSERT INTO learned VALUES ('desk', 1, 'intent', 1), ('mood', 1, 'intent', 2)"),
    );
    await arrive(store, 'desk', ['new']);
    await arrive(store, 'mood', ['new']);
    expect([await arrivals(store, 'desk'), await arrivals(store, 'mood')]).toEqual([
      [1, 3, 4],
      [2, 6, 7],
    ]);
    expect(await countUnlearned(store.queries, { adapter: 'desk', version: 1, tasks: ['intent'] })).toBe(2);
    // The plan of a run that had begun before: its `throughExample` was the id 3.
    const planned = await listUnlearned(store, { adapter: 'desk', version: 1, tasks: ['intent'], throughArrival: 3 });
    expect(planned.map(({ id }) => id)).toEqual([3]);
    expect(await countUnlearned(store.queries, { adapter: 'mood', version: 1, tasks: ['intent'] })).toBe(2);
    await store.close();
  });

  it('goes on after everything that a version learned or a check looked at, also where those examples are gone', async () => {
    const store = await openOld((database) => {
      database.exec("INSERT INTO learned VALUES ('desk', 1, 'intent', 20)");
      database.exec("INSERT INTO schedule_checks VALUES (NULL, 'mood', 'cron', 'nothing', '', NULL, 30, '2026-01-01')");
    });
    expect([await lastArrival(store.queries, 'desk'), await lastArrival(store.queries, 'mood')]).toEqual([20, 30]);
    expect(await lastArrival(store.queries, 'another')).toBe(0);
    await store.close();
  });
});

it('the number of an adapter is held and saved within a transaction', async () => {
  const store = await temporaryStore();
  await transact(store, async (transaction) => {
    expect(await holdArrivals(transaction, 'desk')).toBe(0);
    await saveLastArrival(transaction, 'desk', 7);
    expect(await holdArrivals(transaction, 'desk')).toBe(7);
  });
  // @ts-expect-error outside of a transaction it does not compile
  const outside: Parameters<typeof holdArrivals> = [store.queries, 'desk'];
  expect(outside[1]).toBe('desk');
});
