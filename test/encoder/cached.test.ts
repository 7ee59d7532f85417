/** The cache keeps what the model gives; n-grams are counted anew each time. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { textHash } from '#espalier/core/text.js';
import { encodeCached, encodePacked, warmCache } from '#espalier/encoder/cached.js';
import type { EncoderDeclaration } from '#espalier/encoder/declaration.js';
import { openEncoder } from '#espalier/encoder/encoder.js';
import { unpackRows } from '#espalier/encoder/packed-rows.js';
import { countEmbeddings } from '#espalier/store/embeddings.js';
import { errorOf } from '../support/errors.js';
import { temporaryStore } from '../support/store.js';
import { table, writeSmallModel } from './small-model.js';
import { temporaryFolder } from './temporary-folder.js';

const root = temporaryFolder();
const texts = ['red', ' Red  green', 'blue', 'red'];

it('a change of n-grams encodes nothing anew, and rows are those that encode gives', async () => {
  const store = await temporaryStore();
  const model = await writeSmallModel(join(root, 'model'));
  const open = (pooling: EncoderDeclaration['pooling']) =>
    openEncoder({ model, pooling, prompt: '', dtype: 'fp32', normalise: true }, { cacheFolder: root });

  const plain = await open(['mean', 'max']);
  expect((await warmCache(store, plain, texts)).encoded).toBe(3);
  for (const size of [256, 1024] as const) {
    const encoder = await open(['mean', 'max', `ngrams:${size}`]);
    expect((await warmCache(store, encoder, texts)).encoded).toBe(0);
    expect(await encodeCached(store, encoder, texts)).toEqual(await encoder.encode(texts));
    expect(unpackRows(await encodePacked(store, encoder, texts))).toEqual(await encoder.encode(texts));
    await encoder.close();
  }
  expect(await countEmbeddings(store, plain.fingerprint)).toBe(3);

  const other = await open(['mean', 'ngrams:256']);
  expect((await warmCache(store, other, texts)).encoded).toBe(3);
  expect(await countEmbeddings(store, other.denseFingerprint)).toBe(3);
  expect(await countEmbeddings(store, other.fingerprint)).toBe(0);
  await Promise.all([plain.close(), other.close()]);
});

it('a text that breaks the encoder is set aside with its reason, the others are encoded, and it is not tried again', async () => {
  const store = await temporaryStore();
  const model = await writeSmallModel(join(root, 'breaks'), {
    table: { ...table, blue: [Number.POSITIVE_INFINITY, 0, 0] },
  });
  const declaration = { model, pooling: ['mean'], prompt: '', dtype: 'fp32', normalise: true } as const;
  const encoder = await openEncoder(declaration, { cacheFolder: root });
  const first = await warmCache(store, encoder, ['red', 'blue', 'green', 'red blue']);
  expect([...first.unreadable.keys()]).toEqual([textHash('blue'), textHash('red blue')]);
  expect(first.unreadable.get(textHash('blue'))).not.toBe('');
  expect(await countEmbeddings(store, encoder.denseFingerprint)).toBe(2);
  const again = await warmCache(store, encoder, ['red', 'blue', 'green', 'red blue']);
  expect(again).toEqual({ encoded: 0, unreadable: first.unreadable });
  for (const encode of [encodeCached, encodePacked])
    expect(await errorOf(encode(store, encoder, ['green', 'blue']))).toMatchObject({ code: 'TEXT_UNREADABLE' });
  await encoder.close();
});

it('an encoder that can read no text at all is an error, and nothing is set aside', async () => {
  const store = await temporaryStore();
  const broken = Object.fromEntries(Object.keys(table).map((word) => [word, [1, Number.NaN, 1]]));
  const model = await writeSmallModel(join(root, 'reads-nothing'), {
    table: { ...broken, '[PAD]': [0, 0, 0], '[UNK]': [1, 1, 1] },
  });
  const declaration = { model, pooling: ['mean'], prompt: '', dtype: 'fp32', normalise: true } as const;
  const encoder = await openEncoder(declaration, { cacheFolder: root });
  await errorOf(warmCache(store, encoder, ['red', 'blue']));
  expect(await store.queries.selectFrom('unreadable').selectAll().execute()).toEqual([]);
  await encoder.close();
});

it('a cached vector that was damaged is encoded again', async () => {
  const store = await temporaryStore();
  const model = await writeSmallModel(join(root, 'damaged'));
  const declaration = { model, pooling: ['mean'], prompt: '', dtype: 'fp32', normalise: true } as const;
  const encoder = await openEncoder(declaration, { cacheFolder: root });
  const whole = await encodeCached(store, encoder, texts);
  await store.queries
    .updateTable('embeddings')
    .set({ vector: Buffer.alloc(12) })
    .where('hash', '=', textHash('red'))
    .execute();
  expect((await warmCache(store, encoder, texts)).encoded).toBe(1);
  expect(await encodeCached(store, encoder, texts)).toEqual(whole);
  await encoder.close();
});
