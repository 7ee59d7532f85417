/** The snapshots of versions, on both databases. */
import { describe, expect, it } from 'vitest';
import { transact } from '#espalier/store/database.js';
import { removeExamples } from '#espalier/store/erasures.js';
import { findSnapshot, listSnapshotMembers, listSnapshots, saveSnapshot } from '#espalier/store/snapshots.js';
import { listTrainingExamples, readTrainingExamples } from '#espalier/store/trained-examples.js';
import { errorOf } from '../support/errors.js';
import { afterStatement, newExample, stored, temporaryStore } from '../support/store.js';

const adapter = 'desk';
const trainedOn = { examples: 3, sha256: 'a'.repeat(64) };

async function storeOf(count: number) {
  const store = await temporaryStore();
  const texts = Array.from({ length: count }, (_, index) => `text ${index}`);
  const examples = await stored(
    store,
    adapter,
    texts.map((text, index) => newExample({ text, split: index === 1 ? 'holdout' : 'train' })),
  );
  return { store, examples };
}

describe('a snapshot', () => {
  it('is read as it was written, by version', async () => {
    const { store } = await storeOf(4);
    await transact(store, async (transaction) => {
      await saveSnapshot(transaction, { adapter, version: 2 }, { memberIds: [4, 1], bufferHash: 'b', trainedOn });
      await saveSnapshot(transaction, { adapter, version: 1 }, { memberIds: [], bufferHash: 'c', trainedOn });
    });
    expect(await listSnapshots(store.queries, adapter)).toEqual([
      { version: 1, members: 0, gone: 0, bufferHash: 'c', trainedOn },
      { version: 2, members: 2, gone: 0, bufferHash: 'b', trainedOn },
    ]);
    expect(await listSnapshotMembers(store.queries, { adapter, version: 2 })).toEqual([1, 4]);
    expect(await findSnapshot(store.queries, { adapter, version: 3 })).toBeUndefined();
    expect(await findSnapshot(store.queries, { adapter: 'other', version: 2 })).toBeUndefined();
  });

  it('counts members that were erased, before it was written or after', async () => {
    const { store, examples } = await storeOf(4);
    await transact(store, (transaction) => removeExamples(transaction, adapter, examples.slice(0, 1)));
    await transact(store, (transaction) =>
      saveSnapshot(transaction, { adapter, version: 1 }, { memberIds: [1, 3, 4], bufferHash: 'b', trainedOn }),
    );
    await transact(store, (transaction) => removeExamples(transaction, adapter, examples.slice(1, 2)));
    expect(await findSnapshot(store.queries, { adapter, version: 1 })).toMatchObject({ members: 3, gone: 2 });
    expect(await listSnapshotMembers(store.queries, { adapter, version: 1 })).toEqual([4]);
  });

  it('is refused where a person changed it', async () => {
    const { store } = await storeOf(2);
    await transact(store, (transaction) =>
      saveSnapshot(transaction, { adapter, version: 1 }, { memberIds: [1], bufferHash: 'b', trainedOn }),
    );
    const error = await afterStatement(store, "update snapshots set trained_hash = 'x'", (transaction) =>
      errorOf(() => findSnapshot(transaction, { adapter, version: 1 })),
    );
    expect(error).toMatchObject({ code: 'STORE_CORRUPT' });
  });
});

describe('training examples without texts', () => {
  it('come in order of arrival, also past a full slice, without held-out ones', async () => {
    const { store } = await storeOf(1003);
    const arrivals: number[] = [];
    const range = { adapter, afterArrival: 0, throughArrival: 1002 };
    for await (const { arrival } of readTrainingExamples(store.queries, range)) arrivals.push(arrival);
    expect(arrivals).toEqual([1, ...Array.from({ length: 1000 }, (_, index) => index + 3)]);
    expect((await listTrainingExamples(store.queries, [9, 4, 5000])).map(({ id }) => id)).toEqual([4, 9]);
  });
});
