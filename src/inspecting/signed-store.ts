/**
 * Signatures of the vectors of an adapter's examples, kept in blocks. A block is made once all of its range has arrived,
 * so that it never changes unless one of its examples is erased; examples after the last full block have none.
 */
import { EspalierError } from '../core/errors.js';
import type { Progress } from '../core/progress.js';
import { spaceOf } from '../encoder/cached.js';
import {
  type BlockRange,
  findSignatureBlock,
  listBlockRanges,
  listVectorRows,
  type SignatureBlock,
  saveSignatureBlock,
} from '../store/signature-blocks.js';
import { meanOf } from './centred.js';
import { denseVectors, type VectorSource } from './dense-vectors.js';
import { signaturesOf } from './signatures.js';

export interface SignedSource extends VectorSource {
  readonly adapter: string;
  readonly progress: Progress;
  /** Arrival numbers of a block; `usualBlockSize` but in tests. */
  readonly blockSize: number;
}

/** Blocks of 1,024 columns have half a MB of signatures. Fewer examples than a block are always compared exactly. */
export const usualBlockSize = 4096;

/** The ranges of all full blocks. */
export function fullRanges(lastArrival: number, blockSize: number): BlockRange[] {
  return Array.from({ length: Math.floor(lastArrival / blockSize) }, (_, block) => ({
    after: block * blockSize,
    through: (block + 1) * blockSize,
  }));
}

/**
 * Yields the block of each range, in their order; those that are missing or damaged are made and stored. Cost of making
 * one: its vectors are read, about 10 microseconds each.
 * @throws INTERRUPTED
 */
export async function* readSigned(source: SignedSource, ranges: readonly BlockRange[]): AsyncGenerator<SignatureBlock> {
  const { store, adapter, encoder, signal, progress } = source;
  const blocksOf = { adapter, space: spaceOf(encoder) };
  const stored = new Set((await listBlockRanges(store.queries, blocksOf)).map(keyOf));
  const missing = ranges.filter((range) => !stored.has(keyOf(range))).length;
  let made = 0;
  if (missing > 0) progress.begin('signatures');
  for (const range of ranges) {
    if (signal.aborted)
      throw new EspalierError('INTERRUPTED', 'stopped while signatures were made; those made are kept');
    const found = stored.has(keyOf(range)) && (await findSignatureBlock(store.queries, blocksOf, range.through));
    if (found) {
      yield found;
      continue;
    }
    if (missing > 0) progress.advance(made++, missing, 'blocks');
    const block = await makeBlock(source, range);
    await saveSignatureBlock(store, blocksOf, block);
    yield block;
  }
  if (missing > 0) progress.end(`${missing} blocks of ${source.blockSize} examples`);
}

const keyOf = ({ after, through }: BlockRange) => `${after} ${through}`;

async function makeBlock(source: SignedSource, range: BlockRange): Promise<SignatureBlock> {
  const listed = await listVectorRows(source.store.queries, source.adapter, range);
  const { rows, vectors, width } = await denseVectors(source, listed);
  const mean = meanOf(vectors, width);
  return { ...range, ids: Float64Array.from(rows, ({ id }) => id), mean, signatures: signaturesOf(vectors, mean) };
}
