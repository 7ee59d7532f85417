import { describe, expect, it } from 'vitest';
import { sameTextHash } from '#espalier/core/text.js';
import { findAnswerForm } from '#espalier/store/answer-forms.js';
import { lastArrival } from '#espalier/store/arrivals.js';
import { openStore, type Store, transact } from '#espalier/store/database.js';
import { findExample, listExamples } from '#espalier/store/examples.js';
import { listStrata, saveStrata } from '#espalier/store/strata.js';
import { writeOldStore } from '../support/old-store.js';
import { engine, insertExamples, newExample, temporaryStore } from '../support/store.js';

const texts = ['one', 'two', 'three', 'four'];
const splitOf = (index: number) => (index === 1 ? ('holdout' as const) : ('train' as const));

const find = (store: Store, adapter: string, task: string, twin: string) =>
  transact(store, async (transaction) => {
    const writer = store.engine.openExampleWriter(transaction, { adapter, task });
    await writer.prepare([twin]);
    return writer.find(twin);
  });

async function storeOfFour() {
  const store = await temporaryStore();
  await transact(store, async (transaction) => {
    await insertExamples(
      transaction,
      'a',
      texts.map((text, index) => newExample({ text, split: splitOf(index) })),
    );
    await insertExamples(transaction, 'b', [newExample({ text: 'one', label: 'other' })]);
  });
  return store;
}

describe('examples', () => {
  it('come back as they were put in', async () => {
    const store = await temporaryStore();
    const example = newExample({ text: 'Grüße 👋', provenance: { file: 'a "b".csv', line: 7 }, split: 'holdout' });
    await transact(store, (transaction) => insertExamples(transaction, 'a', [example]));
    const { twin, ...kept } = example;
    expect(await findExample(store.queries, 'a', 1)).toEqual({ id: 1, arrival: 1, ...kept });
    expect(await find(store, 'a', 'intent', twin)).toEqual([
      { id: 1, arrival: 1, hash: example.hash, label: example.label },
    ]);
    expect(await findExample(store.queries, 'b', 1)).toBeUndefined();
    expect(await findExample(store.queries, 'a', 2)).toBeUndefined();
  });

  it('are listed by split and range of arrival numbers, in order of arrival: the start is excluded, the end included', async () => {
    const store = await storeOfFour();
    const list = async (afterArrival: number, throughArrival: number, split: 'train' | 'holdout' = 'train') =>
      (await listExamples(store, { adapter: 'a', tasks: ['intent'], split, afterArrival, throughArrival })).map(
        (example) => example.text,
      );
    expect(await list(0, 99)).toEqual(['one', 'three', 'four']);
    expect(await list(1, 3)).toEqual(['three']);
    expect(await list(0, 99, 'holdout')).toEqual(['two']);
  });

  it('are counted after an id, held out ones left out', async () => {
    const store = await storeOfFour();
    expect(await lastArrival(store.queries, 'a')).toBe(4);
    expect(await lastArrival(store.queries, 'none')).toBe(0);
  });

  it('are found by what counts as the same text, within adapter and task', async () => {
    const store = await storeOfFour();
    const found = async (adapter: string, task: string, text: string) =>
      (await find(store, adapter, task, sameTextHash(text))).map(({ id, label }) => [id, label]);
    expect(await found('a', 'intent', 'ONE!')).toEqual([[1, 'balance']]);
    expect(await found('b', 'intent', 'one')).toEqual([[5, 'other']]);
    expect([await found('a', 'intent', 'five'), await found('a', 'topic', 'one')]).toEqual([[], []]);
  });

  it('that an intake inserts are found by it at once, and stored as those of a query', async () => {
    const store = await temporaryStore();
    const example = newExample({ text: 'one' });
    await transact(store, async (transaction) => {
      const writer = store.engine.openExampleWriter(transaction, { adapter: 'a', task: 'intent' });
      const labels = () => writer.find(example.twin).map(({ label, arrival }) => [label, arrival]);
      await writer.prepare([example.twin]);
      expect(labels()).toEqual([]);
      writer.insert(example, 1);
      expect(labels()).toEqual([['balance', 1]]);
      await writer.flush();
      await writer.prepare([]);
      await writer.flush();
      await writer.prepare([example.twin, sameTextHash('six')]);
      expect(labels()).toEqual([['balance', 1]]);
    });
    const { twin: _, ...kept } = example;
    expect(await findExample(store.queries, 'a', 1)).toEqual({ id: 1, arrival: 1, ...kept });
  });

  it('hold one text once in a task, whatever its label', async () => {
    const store = await storeOfFour();
    const again = transact(store, (transaction) =>
      insertExamples(transaction, 'a', [newExample({ text: 'one', label: 'other' })]),
    );
    await expect(again).rejects.toThrow(/unique constraint/i);
  });
});

describe('strata', () => {
  it('are saved and grown', async () => {
    const store = await temporaryStore();
    await transact(store, (transaction) =>
      saveStrata(transaction, 'a', 'intent', [
        { label: 'x', domain: 'two', received: 3, held: 0 },
        { label: 'y', domain: 'one', received: 1, held: 1 },
      ]),
    );
    await transact(store, (transaction) =>
      saveStrata(transaction, 'a', 'intent', [{ label: 'x', domain: 'two', received: 5, held: 0 }]),
    );
    expect(await listStrata(store.queries, 'a', 'intent')).toEqual([
      { label: 'y', domain: 'one', received: 1, held: 1 },
      { label: 'x', domain: 'two', received: 5, held: 0 },
    ]);
    expect(await listStrata(store.queries, 'a', 'topic')).toEqual([]);
  });
});

describe.runIf(engine === 'sqlite')('a store of an earlier release', () => {
  /** With the migrations before `before`, and rows of (id, text, hash, label, split). */
  function writeOld(before: string, rows: readonly [number, string, string, string, string][]): string {
    return writeOldStore(before, (database) => {
      const insert = database.prepare(
        "INSERT INTO examples (id, adapter, task, text, hash, label, domain, source, received_at, split, provenance) VALUES (?, 'a', 'intent', ?, ?, ?, 'd', 's', '', ?, '{}')",
      );
      for (const row of rows) insert.run(...row);
    });
  }

  it.each(['006', '008'])('knows what counts as the same text when it is opened (before %s)', async (before) => {
    const path = writeOld(before, [
      [1, 'Late again', 'h1', 'x', 'train'],
      [2, 'LATE AGAIN!', 'h2', 'y', 'holdout'],
    ]);
    const store = await openStore(path);
    const found = await find(store, 'a', 'intent', sameTextHash('late again'));
    expect(found.map(({ id }) => id)).toEqual([1, 2]);
    await store.close();
  });

  it.each([
    ['labels', ['x', '["a"]'], false],
    ['sets', ['["a"]', '[]'], true],
  ])('knows whether the answers of a task are %s', async (_what, labels, multiLabel) => {
    const path = writeOld(
      '008',
      labels.map((label, index) => [index + 1, `text ${index}`, `h${index}`, label, 'train']),
    );
    const store = await openStore(path);
    expect(await findAnswerForm(store.queries, 'a', 'intent')).toBe(multiLabel);
    expect(await findAnswerForm(store.queries, 'a', 'other')).toBeUndefined();
    await store.close();
  });
});

it.runIf(engine === 'sqlite')(
  'of a store that counted by stratum alone, are counted as held out when it is opened',
  async () => {
    const path = writeOldStore('009', (database) => {
      const insert = database.prepare(
        "INSERT INTO examples (adapter, task, text, hash, label, domain, source, received_at, split, provenance) VALUES ('a', ?, ?, ?, ?, 'd', 's', '', ?, '{}')",
      );
      for (let index = 0; index < 10; index++) {
        insert.run('intent', `text ${index}`, `h${index}`, 'x', index < 3 ? 'holdout' : 'train');
        insert.run('tags', `text ${index}`, `h${index}`, '["p","q"]', index < 2 ? 'holdout' : 'train');
      }
      database.exec("INSERT INTO strata VALUES ('a', 'intent', 'x', 'd', 10), ('a', 'tags', 'p', 'd', 10)");
    });
    const store = await openStore(path);
    expect(await listStrata(store.queries, 'a', 'intent')).toEqual([
      { label: 'x', domain: 'd', received: 10, held: 3 },
    ]);
    expect(await listStrata(store.queries, 'a', 'tags')).toEqual([{ label: 'p', domain: 'd', received: 10, held: 2 }]);
    await store.close();
  },
);
