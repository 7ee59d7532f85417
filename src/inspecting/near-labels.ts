/** The labels of the nearest other learned examples, without near-duplicates of an example itself. */
import { EspalierError } from '../core/errors.js';
import type { Progress } from '../core/progress.js';
import { portionsOf } from '../core/sequences.js';
import type { StandingExample } from '../store/standings.js';
import { centred, meanOf } from './centred.js';
import { denseVectors, type VectorSource } from './dense-vectors.js';
import { inspectionThreads } from './inspected.js';
import { NearestReferences } from './nearest.js';

/** Chosen on validation splits; docs/benchmarks.md has the measurement. */
export const neighbourCount = 10;

/** As in the left-out groups of a ridge head: a twin of a wrongly labelled text would confirm its label. */
export const twinCosine = 0.97;

/** Examples that neighbours are sought among: 20,000 vectors of 1,024 numbers are 80 MB. */
const mostReferences = 20_000;

const sliceSize = 2048;

export interface Neighbour {
  /** Position among the references. */
  readonly reference: number;
  readonly cosine: number;
}

export interface Neighbourhoods {
  readonly references: readonly StandingExample[];
  /** Of each asked example, the nearest first; none where it has no vector, or where all others are its twins. */
  readonly neighbours: ReadonlyMap<number, readonly Neighbour[]>;
}

/**
 * @param learned the examples that neighbours are sought among; of many those with the smallest hashes, a random sample
 * @throws INTERRUPTED
 */
export async function findNeighbourhoods(
  source: VectorSource & { readonly progress: Progress },
  learned: readonly StandingExample[],
  asked: readonly StandingExample[],
): Promise<Neighbourhoods> {
  const sample = [...learned].sort((a, b) => (a.hash < b.hash ? -1 : 1)).slice(0, mostReferences);
  const { rows: references, vectors, width } = await denseVectors(source, sample);
  const mean = meanOf(vectors, width);
  const nearest = await NearestReferences.open(centred(vectors, mean), width, inspectionThreads);
  const neighbours = new Map<number, Neighbour[]>();
  try {
    for (const slice of portionsOf(asked, sliceSize)) {
      if (source.signal.aborted) throw new EspalierError('INTERRUPTED', 'stopped while neighbours were sought');
      source.progress.advance(neighbours.size, asked.length, 'examples');
      const own = await denseVectors(source, slice);
      const request = { count: neighbourCount, largestCosine: twinCosine };
      const found = await nearest.find(centred(own.vectors, mean), request);
      for (const [row, { id }] of own.rows.entries()) neighbours.set(id, neighboursIn(found, row));
    }
  } finally {
    await nearest.close();
  }
  return { references, neighbours };
}

function neighboursIn({ rows, cosines }: { rows: Int32Array; cosines: Float32Array }, row: number): Neighbour[] {
  const [from, to] = [row * neighbourCount, (row + 1) * neighbourCount];
  return Array.from(rows.subarray(from, to), (reference, index) => ({
    reference,
    cosine: cosines[from + index]!,
  })).filter(({ reference }) => reference >= 0);
}
