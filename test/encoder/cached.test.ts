/** The cache keeps what the model gives; n-grams are counted anew each time. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { encodeCached, warmCache } from '#espalier/encoder/cached.js';
import type { EncoderDeclaration } from '#espalier/encoder/declaration.js';
import { openEncoder } from '#espalier/encoder/encoder.js';
import { countEmbeddings } from '#espalier/store/embeddings.js';
import { temporaryStore } from '../support/store.js';
import { writeSmallModel } from './small-model.js';
import { temporaryFolder } from './temporary-folder.js';

const root = temporaryFolder();
const texts = ['red', ' Red  green', 'blue', 'red'];

it('a change of n-grams encodes nothing anew, and rows are those that encode gives', async () => {
  const store = await temporaryStore();
  const model = await writeSmallModel(join(root, 'model'));
  const open = (pooling: EncoderDeclaration['pooling']) =>
    openEncoder({ model, pooling, prompt: '', dtype: 'fp32', normalise: true }, { cacheFolder: root });

  const plain = await open(['mean', 'max']);
  expect(await warmCache(store, plain, texts)).toBe(3);
  for (const size of [256, 1024] as const) {
    const encoder = await open(['mean', 'max', `ngrams:${size}`]);
    expect(await warmCache(store, encoder, texts)).toBe(0);
    expect(await encodeCached(store, encoder, texts)).toEqual(await encoder.encode(texts));
    await encoder.close();
  }
  expect(await countEmbeddings(store, plain.fingerprint)).toBe(3);

  const other = await open(['mean', 'ngrams:256']);
  expect(await warmCache(store, other, texts)).toBe(3);
  expect(await countEmbeddings(store, other.denseFingerprint)).toBe(3);
  expect(await countEmbeddings(store, other.fingerprint)).toBe(0);
  await Promise.all([plain.close(), other.close()]);
});
