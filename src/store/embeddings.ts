/** Vectors by (encoder fingerprint, text hash): a text is encoded once ever. */
import { sql } from 'kysely';
import type { Store } from './database.js';
import { transact } from './database.js';

const sliceSize = 500;

/** The stored ones among `hashes`; each is [dimension] float32. */
export async function findEmbeddings(store: Store, fingerprint: string, hashes: readonly string[]): Promise<Map<string, Float32Array>> {
  const found = new Map<string, Float32Array>();
  for (let start = 0; start < hashes.length; start += sliceSize) {
    const rows = await store.queries
      .selectFrom('embeddings')
      .select(['hash', 'vector'])
      .where('fingerprint', '=', fingerprint)
      .where('hash', 'in', hashes.slice(start, start + sliceSize))
      .execute();
    for (const { hash, vector } of rows) found.set(hash, floatsOf(vector));
  }
  return found;
}

/** Which of `hashes` have a stored vector. */
export async function listEmbedded(store: Store, fingerprint: string, hashes: readonly string[]): Promise<Set<string>> {
  const found = new Set<string>();
  for (let start = 0; start < hashes.length; start += sliceSize) {
    const rows = await store.queries
      .selectFrom('embeddings')
      .select('hash')
      .where('fingerprint', '=', fingerprint)
      .where('hash', 'in', hashes.slice(start, start + sliceSize))
      .execute();
    for (const { hash } of rows) found.add(hash);
  }
  return found;
}

/** Stores vectors; one that is there already stays. */
export async function saveEmbeddings(
  store: Store,
  fingerprint: string,
  vectors: readonly { readonly hash: string; readonly vector: Float32Array }[],
): Promise<void> {
  const rows = vectors.map(({ hash, vector }) => ({
    fingerprint,
    hash,
    dimension: vector.length,
    vector: Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength),
  }));
  for (let start = 0; start < rows.length; start += sliceSize) {
    await transact(store, (queries) =>
      queries
        .insertInto('embeddings')
        .values(rows.slice(start, start + sliceSize))
        .onConflict((conflict) => conflict.doNothing())
        .execute(),
    );
  }
}

export async function countEmbeddings(store: Store, fingerprint: string): Promise<number> {
  const row = await store.queries
    .selectFrom('embeddings')
    .select(sql<number>`count(*)`.as('count'))
    .where('fingerprint', '=', fingerprint)
    .executeTakeFirstOrThrow();
  return row.count;
}

/** SQLite hands out unaligned bytes: they are copied before they are read as floats. */
function floatsOf(bytes: Uint8Array): Float32Array {
  return new Float32Array(Uint8Array.from(bytes).buffer);
}
