/**
 * Farthest-first traversal (Gonzalez, "Clustering to minimize the maximum intercluster distance", Theoretical Computer
 * Science 1985): each centre is the row that is farthest from all centres before it. The largest distance of a row to
 * its nearest centre is then at most twice the smallest that any choice of as many centres has.
 *
 * A product of all rows with one centre reads every row from memory, and memory is slower than arithmetic. The products
 * of the rows that are farthest now are therefore computed together, before it is known which of them become centres. A
 * row only comes nearer to the centres with time; so as long as the farthest row is among those, the order is exactly
 * that of the traversal, and when it is not, the next rows are computed.
 *
 * Cost: O(k n d) for k centres of n rows of d columns, in products of ONNX Runtime; 4 (d + 128) n bytes of memory.
 */
import { newGraph } from '../core/onnx.js';
import { unitLength } from '../core/vectors.js';
import { compile, type NativeFunction } from '../training/native.js';

/** Rows whose products are computed together. */
const batchSize = 128;
/** A fixed number, so that the same rows give the same order on every machine. */
const threads = 2;

/**
 * Indexes of `count` rows, or of all where there are fewer, in the order of the traversal. Rows are compared by
 * direction; the first row is the first centre, and of several that are equally far the first comes first.
 */
export async function farthestFirst(vectors: readonly Float32Array[], count: number): Promise<number[]> {
  const wanted = Math.min(count, vectors.length);
  if (wanted === 0) return [];
  const dimension = vectors[0]!.length;
  const rows = new Float32Array(vectors.length * dimension);
  for (const [index, vector] of vectors.entries()) rows.set(unitLength(vector), index * dimension);
  const products = await compile(productGraph(), threads);
  try {
    return await traverse({ rows, dimension, wanted, products });
  } finally {
    await products.close();
  }
}

interface Traversal {
  /** [n, dimension] float32, each of length 1. */
  readonly rows: Float32Array;
  readonly dimension: number;
  readonly wanted: number;
  readonly products: NativeFunction;
}

async function traverse({ rows, dimension, wanted, products }: Traversal): Promise<number[]> {
  const count = rows.length / dimension;
  /** [n] cosine with the nearest centre; infinite for the centres themselves. */
  const nearness = new Float32Array(count).fill(Number.NEGATIVE_INFINITY);
  const centres: number[] = [];
  let farthest = 0;
  while (centres.length < wanted) {
    const candidates = farthestRows(nearness, Math.min(batchSize, wanted - centres.length));
    const cosines = await cosinesWith(candidates, { rows, dimension, products });
    const places = new Map(candidates.map((row, place) => [row, place]));
    for (let place = places.get(farthest); place !== undefined; place = places.get(farthest)) {
      centres.push(farthest);
      if (centres.length === wanted) break;
      places.delete(farthest);
      nearness[farthest] = Number.POSITIVE_INFINITY;
      farthest = approach(nearness, cosines.subarray(place * count, (place + 1) * count));
    }
  }
  return centres;
}

/** Takes a new centre into account. @returns the row that is then farthest from all centres */
function approach(nearness: Float32Array, cosines: Float32Array): number {
  let farthest = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let row = 0; row < nearness.length; row++) {
    const cosine = cosines[row]!;
    if (cosine > nearness[row]!) nearness[row] = cosine;
    if (nearness[row]! < least) {
      least = nearness[row]!;
      farthest = row;
    }
  }
  return farthest;
}

/** The `count` rows of the least nearness, in ascending order; of equals the first. */
function farthestRows(nearness: Float32Array, count: number): number[] {
  const limit = nearness.toSorted()[count - 1]!;
  const beyond: number[] = [];
  const at: number[] = [];
  for (let row = 0; row < nearness.length; row++) {
    if (nearness[row]! < limit) beyond.push(row);
    else if (nearness[row]! === limit && at.length < count) at.push(row);
  }
  return [...beyond, ...at].slice(0, count).sort((a, b) => a - b);
}

/** [candidates, n] */
async function cosinesWith(
  candidates: readonly number[],
  { rows, dimension, products }: Omit<Traversal, 'wanted'>,
): Promise<Float32Array> {
  const chosen = new Float32Array(candidates.length * dimension);
  for (const [place, row] of candidates.entries())
    chosen.set(rows.subarray(row * dimension, (row + 1) * dimension), place * dimension);
  const { cosines } = await products.run({
    candidates: { data: chosen, dims: [candidates.length, dimension] },
    rows: { data: rows, dims: [rows.length / dimension, dimension] },
  });
  return cosines as Float32Array;
}

function productGraph() {
  const graph = newGraph('cosines');
  const candidates = graph.input('candidates', 'float32', ['m', 'd']);
  const rows = graph.input('rows', 'float32', ['n', 'd']);
  graph.output(graph.node('Gemm', [candidates, rows], { transB: 1 }), 'cosines', 'float32', ['m', 'n']);
  return graph;
}
