/**
 * The stored examples nearest to a vector. Examples in full blocks are compared by their signatures, and the best of
 * these, with all later ones, exactly; a small store is compared exactly as a whole. The measure is the cosine of the
 * vectors as the encoder makes them, without the counts of n-grams.
 */
import { dot } from '../core/vectors.js';
import { lastArrival } from '../store/arrivals.js';
import { listVectorRows, listVectorRowsById, type VectorRow } from '../store/signature-blocks.js';
import { denseVectors } from './dense-vectors.js';
import { signaturesOf, smallestDistances, writeDistances } from './signatures.js';
import { fullRanges, readSigned, type SignedSource } from './signed-store.js';

export interface SimilarRequest {
  /** [width], as the encoder makes it. */
  readonly vector: Float32Array;
  readonly count: number;
  /** Whether an example may be found; all by default. */
  readonly isWanted?: ((id: number) => boolean) | undefined;
}

export interface SimilarExample {
  readonly id: number;
  /** Cosine, from -1 to 1. */
  readonly similarity: number;
}

export interface SimilarFound {
  /** Number of wanted examples that were compared, and of those that were compared by their signatures first. */
  readonly examples: number;
  readonly signed: number;
  /** The most similar first, of equal ones in order of their numbers. */
  readonly found: readonly SimilarExample[];
}

/** Candidates that are compared exactly: of a million real vectors, all of the ten nearest were among far fewer. */
const fewestCandidates = 1000;
const candidatesEach = 20;

/** @throws INTERRUPTED */
export async function findSimilar(source: SignedSource, request: SimilarRequest): Promise<SimilarFound> {
  const { store, adapter, blockSize } = source;
  const { count, isWanted = () => true } = request;
  const last = await lastArrival(store.queries, adapter);
  const ranges = fullRanges(last, blockSize);
  const signed = await candidatesAmong(source, ranges, request);
  const after = ranges.at(-1)?.through ?? 0;
  const later = (await listVectorRows(store.queries, adapter, { after, through: last })).filter(({ id }) =>
    isWanted(id),
  );
  const candidates = [...(await listVectorRowsById(store.queries, adapter, signed.ids)), ...later];
  const ranked = await compareExactly(source, candidates, request.vector);
  return { examples: signed.compared + later.length, signed: signed.compared, found: ranked.slice(0, count) };
}

async function candidatesAmong(
  source: SignedSource,
  ranges: ReturnType<typeof fullRanges>,
  { vector, count, isWanted }: SimilarRequest,
): Promise<{ ids: number[]; compared: number }> {
  const ids: Float64Array[] = [];
  const distances: Uint16Array[] = [];
  for await (const block of readSigned(source, ranges)) {
    const own = new Uint16Array(block.ids.length);
    writeDistances(block.signatures, signaturesOf(vector, block.mean), own);
    const wanted = isWanted === undefined ? undefined : block.ids.map((id) => (isWanted(id) ? 1 : 0));
    ids.push(wanted ? block.ids.filter((_, row) => wanted[row] === 1) : block.ids);
    distances.push(wanted ? own.filter((_, row) => wanted[row] === 1) : own);
  }
  const wanted = Math.max(fewestCandidates, candidatesEach * count);
  return {
    ids: smallestDistances(distances, wanted, vector.length).map(([block, row]) => ids[block]![row]!),
    compared: ids.reduce((sum, own) => sum + own.length, 0),
  };
}

async function compareExactly(
  source: SignedSource,
  candidates: readonly VectorRow[],
  vector: Float32Array,
): Promise<SimilarExample[]> {
  const { rows, vectors, width } = await denseVectors(source, candidates);
  return rows
    .map(({ id }, row) => ({ id, similarity: cosine(vector, vectors.subarray(row * width, (row + 1) * width)) }))
    .sort((a, b) => b.similarity - a.similarity || a.id - b.id);
}

/** 0 where one of them is a vector of zeros. */
function cosine(a: Float32Array, b: Float32Array): number {
  const lengths = Math.sqrt(dot(a, a) * dot(b, b));
  return lengths === 0 ? 0 : dot(a, b) / lengths;
}
