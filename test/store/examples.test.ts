import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import SqliteDatabase from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { sameTextHash } from '#espalier/core/text.js';
import { openStore } from '#espalier/store/database.js';
import {
  countTrainingExamplesAfter,
  findAnswerForm,
  findExample,
  insertExamples,
  lastExampleId,
  listExamples,
  listStrata,
  openExampleWriter,
  saveStrata,
} from '#espalier/store/examples.js';
import { newExample, temporaryStore } from '../support/store.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const migrations = fileURLToPath(new URL('../../replay-store/migrations', import.meta.url));

const texts = ['one', 'two', 'three', 'four'];
const splitOf = (index: number) => (index === 1 ? ('holdout' as const) : ('train' as const));

async function storeOfFour() {
  const store = await temporaryStore();
  await insertExamples(
    store.queries,
    'a',
    texts.map((text, index) => newExample({ text, split: splitOf(index) })),
  );
  await insertExamples(store.queries, 'b', [newExample({ text: 'one', label: 'other' })]);
  return store;
}

describe('examples', () => {
  it('come back as they were put in', async () => {
    const store = await temporaryStore();
    const example = newExample({ text: 'Grüße 👋', provenance: { file: 'a "b".csv', line: 7 }, split: 'holdout' });
    await insertExamples(store.queries, 'a', [example]);
    const { twin, ...kept } = example;
    expect(await findExample(store.queries, 'a', 1)).toEqual({ id: 1, ...kept });
    expect(openExampleWriter(store.database, 'a', 'intent').find(twin)).toEqual([{ id: 1, hash: example.hash, label: example.label }]);
    expect(await findExample(store.queries, 'b', 1)).toBeUndefined();
    expect(await findExample(store.queries, 'a', 2)).toBeUndefined();
  });

  it('are listed by split and range of ids, in order of arrival: the start is excluded, the end included', async () => {
    const store = await storeOfFour();
    const list = async (afterId: number, throughId: number, split: 'train' | 'holdout' = 'train') =>
      (await listExamples(store, { adapter: 'a', tasks: ['intent'], split, afterId, throughId })).map((example) => example.text);
    expect(await list(0, 99)).toEqual(['one', 'three', 'four']);
    expect(await list(1, 3)).toEqual(['three']);
    expect(await list(0, 99, 'holdout')).toEqual(['two']);
  });

  it('are counted after an id, held out ones left out', async () => {
    const store = await storeOfFour();
    expect(await countTrainingExamplesAfter(store.queries, 'a', 0)).toBe(3);
    expect(await countTrainingExamplesAfter(store.queries, 'a', 3)).toBe(1);
    expect(await lastExampleId(store.queries, 'a')).toBe(4);
    expect(await lastExampleId(store.queries, 'none')).toBe(0);
  });

  it('are found by what counts as the same text, within adapter and task', async () => {
    const store = await storeOfFour();
    const find = (adapter: string, task: string, text: string) =>
      openExampleWriter(store.database, adapter, task)
        .find(sameTextHash(text))
        .map(({ id, label }) => [id, label]);
    expect(find('a', 'intent', 'ONE!')).toEqual([[1, 'balance']]);
    expect(find('b', 'intent', 'one')).toEqual([[5, 'other']]);
    expect([find('a', 'intent', 'five'), find('a', 'topic', 'one')]).toEqual([[], []]);
  });

  it('written by prepared statements are the same as those of a query', async () => {
    const store = await temporaryStore();
    const example = newExample({ text: 'one' });
    openExampleWriter(store.database, 'a', 'intent').insert(example);
    const { twin: _, ...kept } = example;
    expect(await findExample(store.queries, 'a', 1)).toEqual({ id: 1, ...kept });
  });

  it('hold one text once in a task, whatever its label', async () => {
    const store = await storeOfFour();
    await expect(insertExamples(store.queries, 'a', [newExample({ text: 'one', label: 'other' })])).rejects.toThrow('UNIQUE');
  });
});

describe('strata', () => {
  it('are saved and grown', async () => {
    const store = await temporaryStore();
    await saveStrata(store.queries, 'a', 'intent', [
      { label: 'x', domain: 'two', received: 3 },
      { label: 'y', domain: 'one', received: 1 },
    ]);
    await saveStrata(store.queries, 'a', 'intent', [{ label: 'x', domain: 'two', received: 5 }]);
    expect(await listStrata(store.queries, 'a', 'intent')).toEqual([
      { label: 'y', domain: 'one', received: 1 },
      { label: 'x', domain: 'two', received: 5 },
    ]);
    expect(await listStrata(store.queries, 'a', 'topic')).toEqual([]);
  });
});

describe('a store of an earlier release', () => {
  /** With the migrations before `before`, and rows of (id, text, hash, label, split). */
  function writeOld(before: string, rows: readonly [number, string, string, string, string][]): string {
    const path = join(temporaryFolder(), 'old.db');
    const database = new SqliteDatabase(path);
    const files = readdirSync(migrations)
      .filter((name) => name < before)
      .sort();
    for (const name of ['twin_hash', 'same_text_hash', 'is_label_set', 'example_seal'])
      database.function(name, { varargs: true }, (_text) => 'of an earlier form');
    for (const name of files) database.exec(readFileSync(join(migrations, name), 'utf8'));
    const insert = database.prepare(
      "INSERT INTO examples (id, adapter, task, text, hash, label, domain, source, received_at, split, provenance) VALUES (?, 'a', 'intent', ?, ?, ?, 'd', 's', '', ?, '{}')",
    );
    for (const row of rows) insert.run(...row);
    database.pragma(`application_id = ${0x4553504c}`);
    database.pragma(`user_version = ${Number(files.at(-1)!.slice(0, 3))}`);
    database.close();
    return path;
  }

  it.each(['006', '008'])('knows what counts as the same text when it is opened (before %s)', async (before) => {
    const path = writeOld(before, [
      [1, 'Late again', 'h1', 'x', 'train'],
      [2, 'LATE AGAIN!', 'h2', 'y', 'holdout'],
    ]);
    const store = await openStore(path);
    const found = openExampleWriter(store.database, 'a', 'intent').find(sameTextHash('late again'));
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
