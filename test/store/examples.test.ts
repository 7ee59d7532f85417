import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import SqliteDatabase from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { textHash, twinHash } from '#espalier/core/text.js';
import { openStore } from '#espalier/store/database.js';
import {
  countTrainingExamplesAfter,
  findByHash,
  findExample,
  findSplitsByTwin,
  insertExamples,
  lastExampleId,
  listExamples,
  listStrata,
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
    expect(await findSplitsByTwin(store.queries, 'a', 'intent', [twin, 'another'])).toEqual(new Map([[twin, 'holdout']]));
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

  it('are found by the hash of their text, within adapter and task', async () => {
    const store = await storeOfFour();
    const hashes = [textHash('one'), textHash('five')];
    expect(await findByHash(store.queries, 'a', 'intent', hashes)).toEqual(new Map([[textHash('one'), { id: 1, label: 'balance' }]]));
    expect(await findByHash(store.queries, 'b', 'intent', hashes)).toEqual(new Map([[textHash('one'), { id: 5, label: 'other' }]]));
    expect(await findByHash(store.queries, 'a', 'topic', hashes)).toEqual(new Map());
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
      { label: 'x', domain: 'two', received: 3, held: 0 },
      { label: 'y', domain: 'one', received: 1, held: 1 },
    ]);
    await saveStrata(store.queries, 'a', 'intent', [{ label: 'x', domain: 'two', received: 5, held: 0 }]);
    expect(await listStrata(store.queries, 'a', 'intent')).toEqual([
      { label: 'y', domain: 'one', received: 1, held: 1 },
      { label: 'x', domain: 'two', received: 5, held: 0 },
    ]);
    expect(await listStrata(store.queries, 'a', 'topic')).toEqual([]);
  });
});

it('of a store that did not know twins, are made twins when it is opened', async () => {
  const path = join(temporaryFolder(), 'without-twins.db');
  const database = new SqliteDatabase(path);
  const files = readdirSync(migrations)
    .filter((name) => name < '006')
    .sort();
  for (const name of files) database.exec(readFileSync(join(migrations, name), 'utf8'));
  const insert = database.prepare("INSERT INTO examples VALUES (?, 'a', 'intent', ?, ?, 'x', 'd', 's', '', ?, '{}')");
  insert.run(1, 'Late again', 'h1', 'train');
  insert.run(2, 'LATE AGAIN!', 'h2', 'holdout');
  database.pragma(`application_id = ${0x4553504c}`);
  database.pragma('user_version = 5');
  database.close();
  const store = await openStore(path);
  // They stood on both sides; what arrives now is held out.
  expect(await findSplitsByTwin(store.queries, 'a', 'intent', [twinHash('late again')])).toEqual(
    new Map([[twinHash('late again'), 'holdout']]),
  );
  await store.close();
});

it('of a store that counted by stratum alone, are counted as held out when it is opened', async () => {
  const path = join(temporaryFolder(), 'without-held.db');
  const database = new SqliteDatabase(path);
  const files = readdirSync(migrations)
    .filter((name) => name < '010')
    .sort();
  database.function('twin_hash', (text) => String(text));
  for (const name of files) database.exec(readFileSync(join(migrations, name), 'utf8'));
  const insert = database.prepare(
    "INSERT INTO examples (adapter, task, text, hash, label, domain, source, received_at, split, provenance) VALUES ('a', ?, ?, ?, ?, 'd', 's', '', ?, '{}')",
  );
  for (let index = 0; index < 10; index++) {
    insert.run('intent', `text ${index}`, `h${index}`, 'x', index < 3 ? 'holdout' : 'train');
    insert.run('tags', `text ${index}`, `h${index}`, '["p","q"]', index < 2 ? 'holdout' : 'train');
  }
  database.exec("INSERT INTO strata VALUES ('a', 'intent', 'x', 'd', 10), ('a', 'tags', 'p', 'd', 10)");
  database.pragma(`application_id = ${0x4553504c}`);
  database.pragma('user_version = 9');
  database.close();
  const store = await openStore(path);
  expect(await listStrata(store.queries, 'a', 'intent')).toEqual([{ label: 'x', domain: 'd', received: 10, held: 3 }]);
  expect(await listStrata(store.queries, 'a', 'tags')).toEqual([{ label: 'p', domain: 'd', received: 10, held: 2 }]);
  await store.close();
});
