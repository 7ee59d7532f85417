/**
 * The encoder behind the store's cache: a text goes through the model once ever for a dense fingerprint. Counts of n-grams are not
 * kept: counting takes about as long as reading a vector, and this way they may be declared anew without encoding anything.
 */
import { normaliseText, textHash } from '../core/text.js';
import type { Store } from '../store/database.js';
import { findEmbeddings, listEmbedded, saveEmbeddings } from '../store/embeddings.js';
import type { EncodeOptions, Encoder } from './encoder.js';
import { fillNgrams } from './ngrams.js';

/** New texts are stored in slices of this size, so that an interrupted run keeps what it has. */
const sliceSize = 1024;

/** Encodes what is not cached yet, and returns how many that were. */
export async function warmCache(
  store: Store,
  encoder: Encoder,
  texts: readonly string[],
  { signal, progress }: EncodeOptions = {},
): Promise<number> {
  const byHash = new Map(texts.map((text) => [textHash(text), normaliseText(text)]));
  const known = await listEmbedded(store, encoder.denseFingerprint, [...byHash.keys()]);
  const missing = [...byHash].filter(([hash]) => !known.has(hash));
  for (let start = 0; start < missing.length; start += sliceSize) {
    const slice = missing.slice(start, start + sliceSize);
    const vectors = await encoder.encodeDense(
      slice.map(([, text]) => text),
      { ...(signal && { signal }), progress: (done) => progress?.(start + done, missing.length) },
    );
    const rows = slice.map(([hash], row) => ({ hash, vector: vectors.subarray(row * encoder.dense, (row + 1) * encoder.dense) }));
    await saveEmbeddings(store, encoder.denseFingerprint, rows);
  }
  return missing.length;
}

/** What `encode` gives, [texts, dimension] float32, with the vectors that the cache has. */
export async function encodeCached(
  store: Store,
  encoder: Encoder,
  texts: readonly string[],
  options: EncodeOptions = {},
): Promise<Float32Array> {
  await warmCache(store, encoder, texts, options);
  const hashes = texts.map(textHash);
  const known = await findEmbeddings(store, encoder.denseFingerprint, [...new Set(hashes)]);
  const rows = new Float32Array(texts.length * encoder.dimension);
  for (const [row, hash] of hashes.entries()) rows.set(known.get(hash)!, row * encoder.dimension);
  await fillNgrams(texts, rows, encoder);
  return rows;
}
