/** Vectors by (encoder fingerprint, text hash): each text is encoded only once. */
import { sql } from 'kysely';
import { checksum } from '../core/checksum.js';
import type { Queries, Store, Transaction } from './store.js';
import { transact } from './transaction.js';

const sliceSize = 500;

/** Identifies vectors that are comparable: those of one encoder. */
export interface EmbeddingSpace {
  readonly fingerprint: string;
  readonly dimension: number;
}

/** The stored vectors of `hashes`, each [dimension] float32. A damaged vector counts as not stored. */
export async function findEmbeddings(
  store: Store,
  { fingerprint, dimension }: EmbeddingSpace,
  hashes: readonly string[],
): Promise<Map<string, Float32Array>> {
  const found = new Map<string, Float32Array>();
  for (let start = 0; start < hashes.length; start += sliceSize) {
    const rows = await store.queries
      .selectFrom('embeddings')
      .select(['hash', 'vector', 'checksum'])
      .where('fingerprint', '=', fingerprint)
      .where('hash', 'in', hashes.slice(start, start + sliceSize))
      .execute();
    for (const { hash, ...stored } of rows) {
      const vector = soundVector(stored, dimension);
      if (vector) found.set(hash, vector);
    }
  }
  return found;
}

/** The members of `hashes` with an undamaged stored vector. */
export async function listEmbedded(
  store: Store,
  space: EmbeddingSpace,
  hashes: readonly string[],
): Promise<Set<string>> {
  const found = new Set<string>();
  for (let start = 0; start < hashes.length; start += sliceSize) {
    for (const hash of (await findEmbeddings(store, space, hashes.slice(start, start + sliceSize))).keys())
      found.add(hash);
  }
  return found;
}

/** Stores vectors, replacing existing ones. */
export async function saveEmbeddings(
  store: Store,
  fingerprint: string,
  vectors: readonly { readonly hash: string; readonly vector: Float32Array }[],
): Promise<void> {
  const rows = vectors.map(({ hash, vector }) => {
    const bytes = Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);
    return { fingerprint, hash, dimension: vector.length, vector: bytes, checksum: checksum(bytes) };
  });
  for (let start = 0; start < rows.length; start += sliceSize) {
    await transact(store, (transaction) =>
      transaction
        .insertInto('embeddings')
        .values(rows.slice(start, start + sliceSize))
        .onConflict((conflict) =>
          conflict.columns(['fingerprint', 'hash']).doUpdateSet((row) => ({
            dimension: row.ref('excluded.dimension'),
            vector: row.ref('excluded.vector'),
            checksum: row.ref('excluded.checksum'),
          })),
        )
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

/**
 * Undefined if bytes were changed or are missing; such a text is encoded again. Vectors of Espalier 0.1 have no
 * checksum.
 */
function soundVector(
  stored: { vector: Uint8Array; checksum: number | null },
  dimension: number,
): Float32Array | undefined {
  if (stored.vector.byteLength !== dimension * Float32Array.BYTES_PER_ELEMENT) return undefined;
  if (stored.checksum !== null && stored.checksum !== checksum(stored.vector)) return undefined;
  const vector = floatsOf(stored.vector);
  return hasNumbersOnly(vector) ? vector : undefined;
}

/** In a loop: with a call for each number, reading a vector takes twice as long. */
function hasNumbersOnly(vector: Float32Array): boolean {
  for (let column = 0; column < vector.length; column++) if (!Number.isFinite(vector[column]!)) return false;
  return true;
}

/** Copies the bytes as a block before reading them as floats, since they may be unaligned. */
function floatsOf(bytes: Uint8Array): Float32Array {
  return new Float32Array(new Uint8Array(bytes).buffer);
}

export interface StoredSpace {
  readonly fingerprint: string;
  readonly vectors: number;
  /** Of the vectors. */
  readonly bytes: number;
}

/** The encoders that vectors are kept of. Cost: every row is looked at once. */
export async function listSpaces(queries: Queries): Promise<StoredSpace[]> {
  const bytes = sql<number>`sum(dimension) * ${sql.lit(Float32Array.BYTES_PER_ELEMENT)}`;
  return queries
    .selectFrom('embeddings')
    .select(['fingerprint', sql<number>`count(*)`.as('vectors'), bytes.as('bytes')])
    .groupBy('fingerprint')
    .orderBy('fingerprint')
    .execute();
}

/** Of one encoder. */
export async function removeEmbeddings(transaction: Transaction, fingerprint: string): Promise<void> {
  await transaction.deleteFrom('embeddings').where('fingerprint', '=', fingerprint).execute();
}
