/** The encoder behind the store's cache: a text is encoded once ever for a fingerprint. */
import { normaliseText, textHash } from '../core/text.js';
import type { Store } from '../store/database.js';
import { findEmbeddings, listEmbedded, saveEmbeddings } from '../store/embeddings.js';
import type { EncodeOptions, Encoder } from './encoder.js';

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
  const known = await listEmbedded(store, encoder.fingerprint, [...byHash.keys()]);
  const missing = [...byHash].filter(([hash]) => !known.has(hash));
  for (let start = 0; start < missing.length; start += sliceSize) {
    const slice = missing.slice(start, start + sliceSize);
    const vectors = await encoder.encode(
      slice.map(([, text]) => text),
      { ...(signal && { signal }), progress: (done) => progress?.(start + done, missing.length) },
    );
    const rows = slice.map(([hash], row) => ({ hash, vector: vectors.subarray(row * encoder.dimension, (row + 1) * encoder.dimension) }));
    await saveEmbeddings(store, encoder.fingerprint, rows);
  }
  return missing.length;
}

/** [texts, dimension] float32 in the order of the texts, from the cache where it has them. */
export async function encodeCached(
  store: Store,
  encoder: Encoder,
  texts: readonly string[],
  options: EncodeOptions = {},
): Promise<Float32Array> {
  await warmCache(store, encoder, texts, options);
  const hashes = texts.map(textHash);
  const known = await findEmbeddings(store, encoder.fingerprint, [...new Set(hashes)]);
  const vectors = new Float32Array(texts.length * encoder.dimension);
  for (const [row, hash] of hashes.entries()) vectors.set(known.get(hash)!, row * encoder.dimension);
  return vectors;
}
