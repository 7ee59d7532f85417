import { describe, expect, it } from 'vitest';
import { seededRandom } from '#espalier/core/random.js';
import { countEmbeddings, findEmbeddings, listEmbedded, saveEmbeddings } from '#espalier/store/embeddings.js';
import { temporaryStore } from '../support/store.js';

const special = Float32Array.of(0, -0, 1 / 3, Number.MIN_VALUE, 1e-45, 3.4028235e38, -3.4028235e38, 1);
const spaceOf = (fingerprint: string, dimension: number) => ({ fingerprint, dimension });

describe('embeddings', () => {
  it('come back bit for bit', async () => {
    const store = await temporaryStore();
    const random = seededRandom(1);
    const drawn = Float32Array.from({ length: special.length }, () => random.normal());
    await saveEmbeddings(store, 'encoder', [
      { hash: 'special', vector: special },
      { hash: 'drawn', vector: drawn },
    ]);
    const found = await findEmbeddings(store, spaceOf('encoder', special.length), ['drawn', 'special']);
    expect(bitsOf(found.get('special')!)).toEqual(bitsOf(special));
    expect(bitsOf(found.get('drawn')!)).toEqual(bitsOf(drawn));
  });

  it('may be a part of a larger array', async () => {
    const store = await temporaryStore();
    await saveEmbeddings(store, 'encoder', [{ hash: 'part', vector: Float32Array.of(9, 1, 2, 9).subarray(1, 3) }]);
    expect((await findEmbeddings(store, spaceOf('encoder', 2), ['part'])).get('part')).toEqual(Float32Array.of(1, 2));
  });

  it('belong to one encoder each', async () => {
    const store = await temporaryStore();
    await saveEmbeddings(store, 'one', [{ hash: 'h', vector: Float32Array.of(1) }]);
    await saveEmbeddings(store, 'other', [{ hash: 'h', vector: Float32Array.of(2) }]);
    expect((await findEmbeddings(store, spaceOf('one', 1), ['h'])).get('h')).toEqual(Float32Array.of(1));
    expect((await findEmbeddings(store, spaceOf('other', 1), ['h'])).get('h')).toEqual(Float32Array.of(2));
    expect(await countEmbeddings(store, 'third')).toBe(0);
  });

  it('are replaced when they are saved again', async () => {
    const store = await temporaryStore();
    await saveEmbeddings(store, 'encoder', [{ hash: 'h', vector: Float32Array.of(1) }]);
    await saveEmbeddings(store, 'encoder', [{ hash: 'h', vector: Float32Array.of(2) }]);
    expect((await findEmbeddings(store, spaceOf('encoder', 1), ['h'])).get('h')).toEqual(Float32Array.of(2));
  });

  it.each([
    ['a flipped bit', (bytes: Buffer) => Buffer.from(bytes.map((byte, index) => (index === 5 ? byte ^ 1 : byte)))],
    ['a missing byte', (bytes: Buffer) => bytes.subarray(1)],
    ['no bytes at all', () => Buffer.alloc(0)],
  ])('with %s count as not stored', async (_, damage) => {
    const store = await temporaryStore();
    await saveEmbeddings(store, 'encoder', [{ hash: 'h', vector: Float32Array.of(1, 2) }]);
    const stored = await store.queries.selectFrom('embeddings').select('vector').executeTakeFirstOrThrow();
    await store.queries
      .updateTable('embeddings')
      .set({ vector: damage(stored.vector) })
      .execute();
    expect(await findEmbeddings(store, spaceOf('encoder', 2), ['h'])).toEqual(new Map());
    expect(await listEmbedded(store, spaceOf('encoder', 2), ['h'])).toEqual(new Set());
  });

  it('without a checksum are read, unless they hold what is not a number', async () => {
    const store = await temporaryStore();
    await saveEmbeddings(store, 'encoder', [
      { hash: 'whole', vector: Float32Array.of(1) },
      { hash: 'broken', vector: Float32Array.of(Number.NaN) },
    ]);
    await store.queries.updateTable('embeddings').set({ checksum: null }).execute();
    expect(await listEmbedded(store, spaceOf('encoder', 1), ['whole', 'broken'])).toEqual(new Set(['whole']));
  });

  it('are found in any number, those that are not there left out', async () => {
    const store = await temporaryStore();
    const hashes = Array.from({ length: 1234 }, (_, index) => `hash ${index}`);
    await saveEmbeddings(
      store,
      'encoder',
      hashes.map((hash, index) => ({ hash, vector: Float32Array.of(index) })),
    );
    const found = await findEmbeddings(store, spaceOf('encoder', 1), [...hashes, 'none']);
    expect(found.size).toBe(1234);
    expect(found.get('hash 1233')).toEqual(Float32Array.of(1233));
    expect(await findEmbeddings(store, spaceOf('encoder', 1), [])).toEqual(new Map());
  });
});

function bitsOf(vector: Float32Array): Uint32Array {
  return new Uint32Array(vector.buffer, vector.byteOffset, vector.length);
}
