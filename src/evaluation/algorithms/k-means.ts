/**
 * k-means (Lloyd, 1982) from seeded k-means++ starts (Arthur & Vassilvitskii, SODA 2007); the run with the smallest
 * inertia is kept. A round is one native product of all vectors with the centres, so that time and memory grow with the
 * number of vectors, not with its square.
 */
import { newGraph } from '../../core/onnx.js';
import { pickWeighted, type Random, seededRandom } from '../../core/random.js';
import { compile, type NativeFunction } from '../../training/native.js';

const restarts = 10;
/** A run seldom needs more than a third of these rounds. */
const mostRounds = 100;
/** As one matrix, 1,200 numbers wide, this many vectors take 240 MB. */
export const mostVectors = 50_000;

interface Clustering {
  /** Number of the cluster of each vector. */
  readonly clusters: Int32Array;
  /** Sum of squared distances to the clusters' means. */
  readonly inertia: number;
}

/**
 * @param vectors each of length 1, from `count` to `mostVectors` of them
 * @returns the number of each vector's cluster
 */
export async function kMeans(vectors: readonly Float32Array[], count: number, seed: string): Promise<Int32Array> {
  const native = await compile(productGraph(vectors[0]!.length), 1);
  try {
    const points = { vectors, matrix: matrixOf(vectors), native };
    let best: Clustering | undefined;
    for (let run = 0; run < restarts; run++) {
      const found = await settle(points, await drawSeeds(points, count, seededRandom('k-means', seed, run)));
      if (!best || found.inertia < best.inertia) best = found;
    }
    return best!.clusters;
  } finally {
    await native.close();
  }
}

interface Points {
  readonly vectors: readonly Float32Array[];
  /** The vectors as one row-major matrix. */
  readonly matrix: Float32Array;
  readonly native: NativeFunction;
}

function matrixOf(vectors: readonly Float32Array[]): Float32Array {
  const width = vectors[0]!.length;
  const matrix = new Float32Array(vectors.length * width);
  for (const [row, vector] of vectors.entries()) matrix.set(vector, row * width);
  return matrix;
}

function productGraph(width: number) {
  const graph = newGraph('k-means');
  const [vectors, centres] = [
    graph.input('vectors', 'float32', ['n', width]),
    graph.input('centres', 'float32', ['k', width]),
  ];
  graph.output(graph.node('Gemm', [vectors, centres], { transB: 1 }), 'products', 'float32', ['n', 'k']);
  return graph;
}

/** Inner products of each vector with each centre: [vectors, centres] float32. */
async function productsWith({ vectors, matrix, native }: Points, centres: Float32Array): Promise<Float32Array> {
  const width = vectors[0]!.length;
  const dims = (data: Float32Array) => ({ data, dims: [data.length / width, width] });
  const { products } = await native.run({ vectors: dims(matrix), centres: dims(centres) });
  return products as Float32Array;
}

/**
 * k-means++: each seed is a vector drawn with probability proportional to its squared distance from the nearest seed
 * drawn before.
 */
async function drawSeeds(points: Points, count: number, random: Random): Promise<number[]> {
  const { vectors } = points;
  const seeds = [random.integer(vectors.length)];
  const distances = new Float64Array(vectors.length).fill(Number.POSITIVE_INFINITY);
  while (seeds.length < count) {
    const products = await productsWith(points, vectors[seeds.at(-1)!]!);
    for (let index = 0; index < distances.length; index++)
      distances[index] = Math.min(distances[index]!, Math.max(0, 2 - 2 * products[index]!));
    seeds.push(pickWeighted(distances, random));
  }
  return seeds;
}

/** Sums over the members of each cluster, updated with every move. */
interface Sums {
  readonly clusters: Int32Array;
  readonly sizes: Int32Array;
  /** [clusters][width], float64, so that adding a vector and subtracting it again leaves almost no error. */
  readonly totals: readonly Float64Array[];
}

async function settle(points: Points, seeds: readonly number[]): Promise<Clustering> {
  const width = points.vectors[0]!.length;
  const sums: Sums = {
    clusters: new Int32Array(points.vectors.length).fill(-1),
    sizes: new Int32Array(seeds.length),
    totals: seeds.map(() => new Float64Array(width)),
  };
  // In the first round each seed serves as its cluster's mean.
  const centres = matrixOf(seeds.map((seed) => points.vectors[seed]!));
  for (let round = 0; ; round++) {
    const { moved, inertia } = assign(points, sums, {
      products: await productsWith(points, centres),
      norms: normsOf(centres, width),
    });
    if (moved === 0 || round === mostRounds) return { clusters: sums.clusters, inertia };
    moveCentres(centres, sums);
  }
}

/** Squared lengths of the rows. */
function normsOf(centres: Float32Array, width: number): Float64Array {
  const norms = new Float64Array(centres.length / width);
  for (let row = 0; row < norms.length; row++)
    for (let index = row * width; index < (row + 1) * width; index++) norms[row]! += centres[index]! ** 2;
  return norms;
}

/** Assigns each vector to its nearest centre; the first of equally near ones. */
function assign(
  { vectors }: Points,
  sums: Sums,
  { products, norms }: { readonly products: Float32Array; readonly norms: Float64Array },
): { moved: number; inertia: number } {
  let [moved, inertia] = [0, 0];
  for (let index = 0; index < vectors.length; index++) {
    let [nearest, least] = [0, Number.POSITIVE_INFINITY];
    for (let cluster = 0; cluster < norms.length; cluster++) {
      const distance = 1 + norms[cluster]! - 2 * products[index * norms.length + cluster]!;
      if (distance < least) [nearest, least] = [cluster, distance];
    }
    inertia += least;
    if (sums.clusters[index] === nearest) continue;
    move(sums, { index, vector: vectors[index]!, to: nearest });
    moved++;
  }
  return { moved, inertia };
}

function move(
  { clusters, sizes, totals }: Sums,
  { index, vector, to }: { index: number; vector: Float32Array; to: number },
): void {
  const from = clusters[index]!;
  if (from >= 0) {
    sizes[from]!--;
    const total = totals[from]!;
    for (let at = 0; at < vector.length; at++) total[at]! -= vector[at]!;
  }
  sizes[to]!++;
  const total = totals[to]!;
  for (let at = 0; at < vector.length; at++) total[at]! += vector[at]!;
  clusters[index] = to;
}

/** Moves each centre to the mean of its cluster; a cluster that lost all its vectors keeps its centre. */
function moveCentres(centres: Float32Array, { sizes, totals }: Sums): void {
  for (const [cluster, total] of totals.entries()) {
    if (sizes[cluster] === 0) continue;
    for (let at = 0; at < total.length; at++) centres[cluster * total.length + at] = total[at]! / sizes[cluster]!;
  }
}
