import { describe, expect, it } from 'vitest';
import { transact } from '#espalier/store/database.js';
import { removeExamples } from '#espalier/store/erasures.js';
import {
  findSignatureBlock,
  listBlockRanges,
  listVectorRows,
  listVectorRowsById,
  removeBlocksOfSpace,
  type SignatureBlock,
  saveSignatureBlock,
} from '#espalier/store/signature-blocks.js';
import { newExample, stored, temporaryStore } from '../support/store.js';

const of = { adapter: 'desk', space: { fingerprint: 'encoder', dimension: 2 } };

const blockOf = (ids: readonly number[], after: number, through: number): SignatureBlock => ({
  ...{ after, through },
  ids: Float64Array.from(ids),
  mean: Float32Array.of(1 / 3, -2),
  signatures: Uint32Array.from(ids, (id) => 0x80000000 + id),
});

async function filled() {
  const store = await temporaryStore();
  const examples = await stored(
    store,
    'desk',
    Array.from({ length: 6 }, (_, index) => newExample({ text: `text ${index}` })),
  );
  const ids = examples.map(({ id }) => id);
  expect(await saveSignatureBlock(store, of, blockOf(ids.slice(0, 3), 0, 3))).toBe(true);
  expect(await saveSignatureBlock(store, of, blockOf(ids.slice(3), 3, 6))).toBe(true);
  return { store, examples, ids };
}

describe('blocks of signatures', () => {
  it('come back bit for bit, in their order', async () => {
    const { store, ids } = await filled();
    expect(await listBlockRanges(store.queries, of)).toEqual([
      { after: 0, through: 3 },
      { after: 3, through: 6 },
    ]);
    expect(await findSignatureBlock(store.queries, of, 6)).toEqual(blockOf(ids.slice(3), 3, 6));
    expect(await findSignatureBlock(store.queries, of, 5)).toBeUndefined();
  });

  it('are replaced, and belong to one adapter and one encoder', async () => {
    const { store, ids } = await filled();
    await saveSignatureBlock(store, of, blockOf(ids.slice(4), 3, 6));
    expect((await findSignatureBlock(store.queries, of, 6))!.ids).toHaveLength(2);
    expect(await listBlockRanges(store.queries, { ...of, adapter: 'other' })).toEqual([]);
    expect(await listBlockRanges(store.queries, { ...of, space: { fingerprint: 'x', dimension: 2 } })).toEqual([]);
    await transact(store, (transaction) => removeBlocksOfSpace(transaction, 'encoder'));
    expect(await listBlockRanges(store.queries, of)).toEqual([]);
  });

  it('count as not stored where a byte was changed', async () => {
    const { store } = await filled();
    await store.queries
      .updateTable('signature_blocks')
      .set({ mean: Buffer.alloc(8) })
      .where('through_arrival', '=', 3)
      .execute();
    expect(await findSignatureBlock(store.queries, of, 3)).toBeUndefined();
  });

  it('go with an example that is erased, and the others stay', async () => {
    const { store, examples } = await filled();
    await transact(store, (transaction) => removeExamples(transaction, 'desk', [examples[4]!]));
    expect(await listBlockRanges(store.queries, of)).toEqual([{ after: 0, through: 3 }]);
  });

  it('are not stored where an example was erased after its vector was read', async () => {
    const { store, examples, ids } = await filled();
    await transact(store, (transaction) => removeExamples(transaction, 'desk', [examples[4]!]));
    expect(await saveSignatureBlock(store, of, blockOf(ids.slice(3), 3, 6))).toBe(false);
    expect(await listBlockRanges(store.queries, of)).toEqual([{ after: 0, through: 3 }]);
  });

  it('are made of the examples of a range', async () => {
    const { store, ids } = await filled();
    const rows = await listVectorRows(store.queries, 'desk', { after: 2, through: 4 });
    expect(rows.map(({ id, text }) => [id, text])).toEqual([
      [ids[2], 'text 2'],
      [ids[3], 'text 3'],
    ]);
    expect(await listVectorRowsById(store.queries, 'other', ids)).toEqual([]);
    expect(await listVectorRowsById(store.queries, 'desk', [])).toEqual([]);
    expect(await listVectorRowsById(store.queries, 'desk', ids.slice(0, 1))).toEqual([
      { id: ids[0], text: 'text 0', hash: expect.any(String) },
    ]);
  });
});
