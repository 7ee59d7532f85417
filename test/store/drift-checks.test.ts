/** Kept checks of drift, the ranges of intakes, samples of examples, and the queue of unknown texts. */
import { describe, expect, it } from 'vitest';
import { textHash } from '#espalier/core/text.js';
import { recordAct } from '#espalier/store/audit.js';
import { type Store, transact } from '#espalier/store/database.js';
import { type KeptDriftCheck, listDriftChecks, saveDriftChecks } from '#espalier/store/drift-checks.js';
import { listBatchRows, sampleExamples } from '#espalier/store/example-sample.js';
import { listIntakes } from '#espalier/store/intakes.js';
import {
  addUnknown,
  countUnknown,
  findLabelsOfTwins,
  listUnknown,
  removeUnknown,
} from '#espalier/store/unknown-texts.js';
import { insertExamples, newExample, now, temporaryStore } from '../support/store.js';

const batch = { adapter: 'desk', version: 2, task: 'intent', batch: 'arrivals 1-50' };
const check = (overrides: Partial<KeptDriftCheck> = {}): KeptDriftCheck => ({
  ...{ ...batch, domain: '', firstArrival: 1, lastArrival: 50, texts: 50, decides: true, p: 0.01, effect: 1 / 3 },
  ...{ inputP: 0.01, scoreP: null, novelShare: 0.1, novelP: null, detail: { a: [1, null] }, at: now.toISOString() },
  ...overrides,
});

describe('kept checks', () => {
  it('are given back as they were, the row for all texts first', async () => {
    const store = await temporaryStore();
    const rows = [check(), check({ domain: 'banking', decides: false, p: null, effect: null })];
    await transact(store, (transaction) => saveDriftChecks(transaction, batch, [...rows].reverse()));
    expect(await listDriftChecks(store.queries, batch)).toEqual(rows);
    expect(await listDriftChecks(store.queries, { adapter: 'desk', version: 3 })).toEqual([]);
    expect(await listDriftChecks(store.queries, { adapter: 'other', version: 2 })).toEqual([]);
  });

  it('replace those of the same batch, and leave the others', async () => {
    const store = await temporaryStore();
    const save = (rows: KeptDriftCheck[]) =>
      transact(store, (transaction) => saveDriftChecks(transaction, rows[0]!, rows));
    await save([check(), check({ domain: 'banking' })]);
    await save([check({ batch: 'arrivals 51-60', firstArrival: 51, lastArrival: 60 })]);
    await save([check({ p: 0.5 })]);
    const kept = await listDriftChecks(store.queries, batch);
    expect(kept.map((row) => [row.batch, row.domain, row.p])).toEqual([
      ['arrivals 1-50', '', 0.5],
      ['arrivals 51-60', '', 0.01],
    ]);
  });

  it('of texts that were not taken in have no arrivals', async () => {
    const store = await temporaryStore();
    const texts = check({ batch: 'texts abc', firstArrival: null, lastArrival: null });
    await transact(store, (transaction) => saveDriftChecks(transaction, texts, [texts]));
    expect(await listDriftChecks(store.queries, batch)).toEqual([texts]);
  });
});

async function ingested(store: Store, count: number, task = 'intent'): Promise<void> {
  const before = (await listIntakes(store.queries, 'desk')).length;
  const texts = Array.from({ length: count }, (_, index) => `${task} ${before} text ${index}`);
  await transact(store, async (transaction) => {
    await insertExamples(
      transaction,
      'desk',
      texts.map((text, index) =>
        newExample({ text, task, split: index % 4 === 3 ? 'holdout' : 'train', domain: index % 2 ? 'odd' : 'even' }),
      ),
    );
    const principal = { name: 'ann', via: 'cli' } as const;
    const detail = { files: ['rows.jsonl'], task };
    await recordAct(transaction, {
      ...{ at: now, principal, act: 'ingested', adapter: 'desk', subject: `${count} examples`, detail },
    });
  });
}

it('intakes are numbered, and have the range of their arrivals', async () => {
  const store = await temporaryStore();
  await ingested(store, 8);
  await ingested(store, 3, 'tone');
  await ingested(store, 5);
  const intakes = await listIntakes(store.queries, 'desk');
  expect(intakes.map(({ number, task, first, last }) => [number, task, first, last])).toEqual([
    [1, 'intent', 1, 8],
    [2, 'tone', 9, 11],
    [3, 'intent', 12, 16],
  ]);
  expect(intakes[0]).toMatchObject({ at: now.toISOString(), files: ['rows.jsonl'] });
  expect(await listIntakes(store.queries, 'other')).toEqual([]);
  const rows = await listBatchRows(store.queries, { adapter: 'desk', task: 'intent', first: 12, last: 16 });
  expect(rows).toHaveLength(5);
  expect(rows[0]).toMatchObject({ label: 'balance', domain: 'even' });
});

describe('a sample of examples', () => {
  const request = {
    adapter: 'desk',
    task: 'intent',
    split: 'train',
    throughArrival: 999,
    most: 999,
    from: '',
  } as const;

  it('begins at a hash, and goes on at the smallest', async () => {
    const store = await temporaryStore();
    await ingested(store, 40);
    const all = await sampleExamples(store, request);
    expect(all).toHaveLength(30);
    const hashes = all.map(({ hash }) => hash).sort();
    const some = await sampleExamples(store, { ...request, most: 5, from: hashes[28]! });
    expect(some.map(({ hash }) => hash).sort()).toEqual([...hashes.slice(0, 3), ...hashes.slice(28)].sort());
    expect(await sampleExamples(store, { ...request, from: 'ffff' })).toEqual(all);
  });

  it('is of one split, one domain, and ends at an arrival', async () => {
    const store = await temporaryStore();
    await ingested(store, 40);
    expect(await sampleExamples(store, { ...request, split: 'holdout' })).toHaveLength(10);
    expect(await sampleExamples(store, { ...request, domain: 'even' })).toHaveLength(20);
    expect(await sampleExamples(store, { ...request, throughArrival: 8 })).toHaveLength(6);
    expect(await sampleExamples(store, { ...request, task: 'tone' })).toEqual([]);
  });

  it('reaches every example, depending on where it begins', async () => {
    const store = await temporaryStore();
    await ingested(store, 40);
    const counts = new Map<number, number>();
    for (let round = 0; round < 300; round++)
      for (const { id } of await sampleExamples(store, { ...request, most: 10, from: textHash(`${round}`) }))
        counts.set(id, (counts.get(id) ?? 0) + 1);
    expect(counts.size).toBe(30);
    expect([...counts.values()].reduce((sum, count) => sum + count, 0)).toBe(3000);
  });
});

describe('the queue of unknown texts', () => {
  const queue = { adapter: 'desk', task: 'intent' };
  const unknown = (text: string) => ({
    hash: textHash(text),
    text,
    reason: 'too far',
    likeliest: 'balance',
    score: 0.2,
  });
  const add = (store: Store, texts: string[], at = 'T1', version = 1) =>
    transact(store, (transaction) => addUnknown(transaction, queue, texts.map(unknown), { version, at }));

  it('counts a text that is seen again, and keeps when it was first seen', async () => {
    const store = await temporaryStore();
    await add(store, ['a drone', 'a rocket']);
    await add(store, ['a rocket'], 'T2', 2);
    const listed = await listUnknown(store.queries, queue);
    expect(listed.map(({ text, timesSeen }) => [text, timesSeen])).toEqual([
      ['a rocket', 2],
      ['a drone', 1],
    ]);
    expect(listed[0]).toMatchObject({ firstSeen: 'T1', lastSeen: 'T2', version: 2, score: 0.2 });
    expect(await countUnknown(store.queries, queue)).toBe(2);
    expect(await listUnknown(store.queries, queue, 1)).toHaveLength(1);
    expect(await countUnknown(store.queries, { ...queue, task: 'tone' })).toBe(0);
  });

  it('loses what is removed, also more than fit into one statement', async () => {
    const store = await temporaryStore();
    const texts = Array.from({ length: 2100 }, (_, index) => `text ${index}`);
    await add(store, [...texts, 'stays']);
    await transact(store, (transaction) => removeUnknown(transaction, queue, texts.map(textHash)));
    expect((await listUnknown(store.queries, queue)).map(({ text }) => text)).toEqual(['stays']);
  });

  it('finds the labels of examples that count as the same text', async () => {
    const store = await temporaryStore();
    await transact(store, (transaction) => insertExamples(transaction, 'desk', [newExample({ text: 'Late?' })]));
    const { twin } = newExample({ text: 'late' });
    expect(await findLabelsOfTwins(store.queries, queue, [twin, 'other'])).toEqual(new Map([[twin, ['balance']]]));
  });
});
