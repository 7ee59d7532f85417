/**
 * The table `signature_blocks`: signatures of the vectors of examples, in blocks of consecutive arrival numbers. It is a
 * cache of `embeddings`. An erasure removes the blocks that it touches in its own transaction, so that no signature
 * outlives its example.
 */
import { checksum } from '../core/checksum.js';
import { portionsOf } from '../core/sequences.js';
import type { EmbeddingSpace } from './embeddings.js';
import { holdRevisions } from './revisions.js';
import type { Queries, Store, Transaction } from './store.js';
import { transact } from './transaction.js';

export interface BlockRange {
  /** Exclusive arrival number. */
  readonly after: number;
  /** Inclusive arrival number. */
  readonly through: number;
}

export interface SignatureBlock extends BlockRange {
  /** Numbers of the examples. */
  readonly ids: Float64Array;
  /** [width] of the vectors. */
  readonly mean: Float32Array;
  /** [ids, words] */
  readonly signatures: Uint32Array;
}

interface BlocksOf {
  readonly adapter: string;
  readonly space: EmbeddingSpace;
}

/** The stored ranges, in ascending order. */
export async function listBlockRanges(queries: Queries, { adapter, space }: BlocksOf): Promise<BlockRange[]> {
  return queries
    .selectFrom('signature_blocks')
    .select(['after_arrival as after', 'through_arrival as through'])
    .where('adapter', '=', adapter)
    .where('fingerprint', '=', space.fingerprint)
    .orderBy('through_arrival')
    .execute();
}

/** Undefined if there is none with that end, or if its bytes were changed. */
export async function findSignatureBlock(
  queries: Queries,
  { adapter, space }: BlocksOf,
  through: number,
): Promise<SignatureBlock | undefined> {
  const row = await queries
    .selectFrom('signature_blocks')
    .select(['after_arrival', 'ids', 'mean', 'signatures', 'checksum'])
    .where('adapter', '=', adapter)
    .where('fingerprint', '=', space.fingerprint)
    .where('through_arrival', '=', through)
    .executeTakeFirst();
  if (!row || row.checksum !== checksumOf(row)) return undefined;
  return {
    ...{ after: row.after_arrival, through },
    ids: new Float64Array(aligned(row.ids)),
    mean: new Float32Array(aligned(row.mean)),
    signatures: new Uint32Array(aligned(row.signatures)),
  };
}

/** Copied where a typed array cannot view it. */
function aligned({ buffer, byteOffset, byteLength }: Uint8Array): ArrayBuffer {
  return buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer;
}

type BlockBytes = { readonly ids: Buffer; readonly mean: Buffer; readonly signatures: Buffer };

const checksumOf = ({ ids, mean, signatures }: BlockBytes) =>
  checksum(`${checksum(ids)} ${checksum(mean)} ${checksum(signatures)}`);

/**
 * Stores a block, unless one of its examples was erased meanwhile.
 * @returns whether it was stored
 */
export async function saveSignatureBlock(
  store: Store,
  { adapter, space }: BlocksOf,
  { after, through, ids, mean, signatures }: SignatureBlock,
): Promise<boolean> {
  const bytes = { ids: bytesOf(ids), mean: bytesOf(mean), signatures: bytesOf(signatures) };
  return transact(store, async (transaction) => {
    await holdRevisions(transaction, adapter);
    if ((await countStill(transaction, adapter, { after, through }, ids)) < ids.length) return false;
    await transaction
      .deleteFrom('signature_blocks')
      .where('adapter', '=', adapter)
      .where('fingerprint', '=', space.fingerprint)
      .where('through_arrival', '=', through)
      .execute();
    const range = { after_arrival: after, through_arrival: through };
    const row = { adapter, fingerprint: space.fingerprint, ...range, ...bytes, checksum: checksumOf(bytes) };
    await transaction.insertInto('signature_blocks').values(row).execute();
    return true;
  });
}

function bytesOf({ buffer, byteOffset, byteLength }: Float64Array | Float32Array | Uint32Array): Buffer {
  return Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);
}

/** Number of the examples that are still there. */
async function countStill(
  queries: Queries,
  adapter: string,
  { after, through }: BlockRange,
  ids: Float64Array,
): Promise<number> {
  const wanted = new Set(ids);
  const rows = await queries
    .selectFrom('examples')
    .select('id')
    .where('adapter', '=', adapter)
    .where('arrival', '>', after)
    .where('arrival', '<=', through)
    .execute();
  return rows.filter(({ id }) => wanted.has(id)).length;
}

/** Removes the blocks that hold the signature of an example. Waits for those that are being written. */
export async function removeBlocksWith(
  transaction: Transaction,
  adapter: string,
  arrivals: readonly number[],
): Promise<void> {
  await holdRevisions(transaction, adapter);
  const ranges = await transaction
    .selectFrom('signature_blocks')
    .select(['after_arrival as after', 'through_arrival as through'])
    .where('adapter', '=', adapter)
    .distinct()
    .execute();
  const touched = ranges.filter(({ after, through }) =>
    arrivals.some((arrival) => arrival > after && arrival <= through),
  );
  for (const { after, through } of touched)
    await transaction
      .deleteFrom('signature_blocks')
      .where('adapter', '=', adapter)
      .where('after_arrival', '=', after)
      .where('through_arrival', '=', through)
      .execute();
}

/** Of one encoder. */
export async function removeBlocksOfSpace(transaction: Transaction, fingerprint: string): Promise<void> {
  await transaction.deleteFrom('signature_blocks').where('fingerprint', '=', fingerprint).execute();
}

/** What a vector is found by. */
export interface VectorRow {
  readonly id: number;
  readonly text: string;
  readonly hash: string;
}

/** The examples of a range, in order of arrival. */
export async function listVectorRows(
  queries: Queries,
  adapter: string,
  { after, through }: BlockRange,
): Promise<VectorRow[]> {
  return queries
    .selectFrom('examples')
    .select(['id', 'text', 'hash'])
    .where('adapter', '=', adapter)
    .where('arrival', '>', after)
    .where('arrival', '<=', through)
    .orderBy('arrival')
    .execute();
}

/** SQLite allows 32,766 parameters in one statement. */
const mostParameters = 30_000;

/** Those of `ids` that are examples of the adapter, in no particular order. */
export async function listVectorRowsById(
  queries: Queries,
  adapter: string,
  ids: readonly number[],
): Promise<VectorRow[]> {
  if (ids.length === 0) return [];
  const found: VectorRow[][] = [];
  for (const some of portionsOf(ids, mostParameters))
    found.push(
      await queries
        .selectFrom('examples')
        .select(['id', 'text', 'hash'])
        .where('adapter', '=', adapter)
        .where('id', 'in', some)
        .execute(),
    );
  return found.flat();
}
