/** The cached vectors of examples, without the counts of n-grams. */
import { spaceOf, warmCache } from '../encoder/cached.js';
import type { Encoder } from '../encoder/encoder.js';
import type { Store } from '../store/database.js';
import { findEmbeddings } from '../store/embeddings.js';

export interface VectorSource {
  readonly store: Store;
  readonly encoder: Encoder;
  readonly signal: AbortSignal;
}

export interface WithVectors<Row> {
  readonly rows: readonly Row[];
  /** [rows, width] float32 */
  readonly vectors: Float32Array;
  readonly width: number;
}

/**
 * Texts that have no vector yet are encoded, and kept as those of every update; rows whose text the encoder cannot read
 * are left out.
 * @throws INTERRUPTED
 */
export async function denseVectors<Row extends { readonly text: string; readonly hash: string }>(
  { store, encoder, signal }: VectorSource,
  rows: readonly Row[],
): Promise<WithVectors<Row>> {
  const vectors = await vectorsByHash({ store, encoder, signal }, rows);
  const readable = rows.filter(({ hash }) => vectors.has(hash));
  const width = encoder.dense;
  const matrix = new Float32Array(readable.length * width);
  for (const [row, { hash }] of readable.entries()) matrix.set(vectors.get(hash)!, row * width);
  return { rows: readable, vectors: matrix, width };
}

async function vectorsByHash(
  { store, encoder, signal }: VectorSource,
  rows: readonly { readonly text: string; readonly hash: string }[],
): Promise<Map<string, Float32Array>> {
  const texts = new Map(rows.map(({ hash, text }) => [hash, text]));
  const found = await findEmbeddings(store, spaceOf(encoder), [...texts.keys()]);
  const missing = [...texts].filter(([hash]) => !found.has(hash));
  if (missing.length === 0) return found;
  await warmCache(
    store,
    encoder,
    missing.map(([, text]) => text),
    { signal },
  );
  const encoded = await findEmbeddings(
    store,
    spaceOf(encoder),
    missing.map(([hash]) => hash),
  );
  for (const [hash, vector] of encoded) found.set(hash, vector);
  return found;
}
