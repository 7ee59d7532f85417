/** Bands, marks and links of near-duplicates in the store, and intakes that use them, on each database. */
import { describe, expect, it } from 'vitest';
import { portionsOf } from '#espalier/core/sequences.js';
import { copyStore } from '#espalier/store/copy.js';
import { openStore, type Store, transact } from '#espalier/store/database.js';
import {
  countCompared,
  readCompared,
  readComparedSlices,
  readNearLinks,
  readNearMark,
  saveNearLinks,
  saveNearMark,
} from '#espalier/store/near-duplicates.js';
import { takeRows } from '../support/intake.js';
import { insertExamples, newExample, newLocation, temporaryStore } from '../support/store.js';

const intent = { adapter: 'support', task: 'intent' };

async function storeOf(count: number): Promise<Store> {
  const store = await temporaryStore();
  const examples = Array.from({ length: count }, (_, index) => newExample({ text: `text ${index}` }));
  await transact(store, async (transaction) => {
    for (const portion of portionsOf(examples, 1000)) await insertExamples(transaction, 'support', portion);
  });
  return store;
}

const countOf = async (store: Store, table: 'near_bands' | 'near_links' | 'near_marks' | 'examples') =>
  (
    await store.queries
      .selectFrom(table)
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow()
  ).count;

describe('the index of bands', () => {
  it('finds the examples that share a band with each text, of each band the smallest ids', async () => {
    const store = await storeOf(6);
    const found = await transact(store, async (transaction) => {
      const index = store.engine.openBandIndex(transaction);
      await index.add([
        { id: 1, bands: Int32Array.of(10, -20) },
        { id: 2, bands: Int32Array.of(10, 30) },
        { id: 3, bands: Int32Array.of(10, -2_147_483_648) },
        // Two bands with one hash, and a text without bands.
        { id: 4, bands: Int32Array.of(40, 40) },
        { id: 5, bands: new Int32Array(0) },
      ]);
      await index.add([]);
      const texts = [[10], [-20, 30], [99, 98], [], [-2_147_483_648, 40]].map((bands) => Int32Array.from(bands));
      return [await index.find(texts, 2), await index.find([], 2)];
    });
    expect(found).toEqual([[[1, 2], [1, 2], [], [], [3, 4]], []]);
    expect(await countOf(store, 'near_bands')).toBe(7);
  });

  it('finds what was added by the thousand', async () => {
    const store = await storeOf(5000);
    const bands = (id: number) => Int32Array.from({ length: 12 }, (_, band) => (id % 2500) * 100 + band);
    await transact(store, async (transaction) => {
      const index = store.engine.openBandIndex(transaction);
      for (let start = 1; start <= 5000; start += 500)
        await index.add(
          Array.from({ length: 500 }, (_, place) => ({ id: start + place, bands: bands(start + place) })),
        );
      const wanted = [1, 2499, 2500];
      expect(await index.find(wanted.map(bands), 32)).toEqual([
        [1, 2501],
        [2499, 4999],
        [2500, 5000],
      ]);
    });
  });
});

describe('marks and links', () => {
  it('are kept for each task, and replaced', async () => {
    const store = await temporaryStore();
    expect(await readNearMark(store.queries, 'support', 'intent')).toBe(0);
    await transact(store, async (transaction) => {
      await saveNearMark(transaction, { ...intent, through: 3 });
      await saveNearMark(transaction, { ...intent, through: 8 });
      await saveNearMark(transaction, { adapter: 'support', task: 'tone', through: 5 });
    });
    expect(await readNearMark(store.queries, 'support', 'intent')).toBe(8);
    expect(await readNearMark(store.queries, 'support', 'tone')).toBe(5);
    expect(await readNearMark(store.queries, 'other', 'intent')).toBe(0);
  });

  it('go with the example, whichever side of the link it is', async () => {
    const store = await storeOf(4);
    await transact(store, async (transaction) => {
      await store.engine.openBandIndex(transaction).add([1, 2, 3].map((id) => ({ id, bands: Int32Array.of(7, id) })));
      await saveNearLinks(transaction, [
        { exampleId: 2, nearId: 1, similarity: 0.9 },
        { exampleId: 3, nearId: 2, similarity: 0.85 },
        { exampleId: 4, nearId: 3, similarity: 1 },
      ]);
      await saveNearLinks(transaction, []);
    });
    expect((await readNearLinks(store.queries, [1, 2, 3])).get(3)).toEqual({
      exampleId: 3,
      nearId: 2,
      similarity: 0.85,
    });
    expect(await readNearLinks(store.queries, [])).toEqual(new Map());
    await store.queries.deleteFrom('examples').where('id', '=', 2).execute();
    expect([...(await readNearLinks(store.queries, [1, 2, 3, 4])).keys()]).toEqual([4]);
    expect(await countOf(store, 'near_bands')).toBe(4);
  });
});

describe('examples to compare', () => {
  it('are those of the task, in slices, in order of arrival, after a number', async () => {
    const store = await storeOf(1203);
    await transact(store, (transaction) =>
      insertExamples(transaction, 'support', [newExample({ text: 'of another task', task: 'tone' })]),
    );
    const sizes: number[] = [];
    for await (const slice of readComparedSlices(store.queries, intent, 3)) sizes.push(slice.length);
    expect(sizes).toEqual([1000, 200]);
    expect(await countCompared(store.queries, intent, 3)).toBe(1200);
    expect(await countCompared(store.queries, { ...intent, task: 'none' })).toBe(0);
    const compared = await readCompared(store.queries, intent, [2, 1204, 9999]);
    expect(compared).toEqual([{ id: 2, arrival: 2, text: 'text 1', label: 'balance', split: 'train' }]);
    expect(await readCompared(store.queries, intent, [])).toEqual([]);
  });
});

describe('an intake', () => {
  const near = (action: string) => `intake: { nearDuplicates: { action: ${action} } }`;
  const rows = Array.from({ length: 1400 }, (_, index) => ({
    text: `customer number ${index * 7919} asks for item ${(index * 104_729) % 10_007} again`,
    label: `label ${index % 3}`,
  }));
  const twins = rows.filter((_, index) => index % 100 === 0).map(({ text, label }) => ({ text: `${text} ok`, label }));

  it('links near-duplicates of stored examples and of earlier rows of the input, over several parcels', async () => {
    const store = await temporaryStore();
    const shuffled = [...rows.slice(0, 700), ...twins.slice(0, 7), ...rows.slice(700)];
    const first = await takeRows(store, shuffled, near('link'));
    expect(first.nearDuplicates!.linked).toBeGreaterThanOrEqual(7);
    const second = await takeRows(store, twins.slice(7), near('link'));
    expect(second).toMatchObject({ accepted: 7, nearDuplicates: { linked: 7, skipped: 0 } });
    const links = await readNearLinks(store.queries, [1408, 1409]);
    expect(links.get(1408)!.similarity).toBeGreaterThan(0.9);
    const texts = await readCompared(store.queries, intent, [1408, links.get(1408)!.nearId]);
    expect(texts.map(({ text }) => text).sort()).toEqual([rows[700]!.text, twins[7]!.text].sort());
    expect(await readNearMark(store.queries, 'support', 'intent')).toBe(1414);
  });

  it('gives the same bands and links whatever the slices, and a copy of the store continues as it would', async () => {
    const store = await temporaryStore();
    await takeRows(store, rows.slice(0, 900), near('link'));
    const copy = await openStore(newLocation());
    await copyStore(store, copy, { signal: new AbortController().signal, progress: () => undefined });
    const [here, there] = [await takeRows(store, twins, near('skip')), await takeRows(copy, twins, near('skip'))];
    expect(here.nearDuplicates!.skipped).toBeGreaterThanOrEqual(9);
    expect(there).toEqual({ ...here, rejectsFile: there.rejectsFile, nearDuplicates: there.nearDuplicates });
    expect(there.nearDuplicates!.skipped).toBe(here.nearDuplicates!.skipped);
    await copy.close();
  });
});
