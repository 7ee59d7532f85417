/**
 * k-means (Lloyd, 1982) from seeded k-means++ starts (Arthur & Vassilvitskii, SODA 2007); the tightest of several runs counts. It works
 * on the vectors' Gram matrix: up to some thousands of vectors that is cheaper than to measure wide vectors in every round of every run.
 */
import { pickWeighted, type Random, seededRandom } from '../core/random.js';
import { similarities } from './similarity.js';

const restarts = 10;
/** A run seldom needs more than a third of it. */
const mostRounds = 100;
/** The Gram matrix of more would take more than 100 MB. */
export const mostVectors = 5000;

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
  const gram = await similarities(vectors, vectors);
  let best: Clustering | undefined;
  for (let run = 0; run < restarts; run++) {
    const found = settle(gram, drawSeeds(gram, count, seededRandom('k-means', seed, run)));
    if (!best || found.inertia < best.inertia) best = found;
  }
  return best!.clusters;
}

/** Row by row. */
type Gram = readonly Float32Array[];

/** k-means++: each seed is a vector drawn with probability proportional to its squared distance from the nearest drawn before. */
function drawSeeds(gram: Gram, count: number, random: Random): number[] {
  const seeds = [random.integer(gram.length)];
  const distances = new Float64Array(gram.length).fill(Number.POSITIVE_INFINITY);
  while (seeds.length < count) {
    const similarities = gram[seeds.at(-1)!]!;
    for (let index = 0; index < distances.length; index++)
      distances[index] = Math.min(distances[index]!, Math.max(0, 2 - 2 * similarities[index]!));
    seeds.push(pickWeighted(distances, random));
  }
  return seeds;
}

/** Sums over the members of each cluster, kept in step with every move. */
interface Sums {
  readonly gram: Gram;
  readonly clusters: Int32Array;
  readonly sizes: Int32Array;
  /** Similarity of each vector to the members of each cluster, summed: [clusters][vectors]. */
  readonly similarities: readonly Float64Array[];
}

function settle(gram: Gram, seeds: readonly number[]): Clustering {
  const sums: Sums = {
    gram,
    clusters: new Int32Array(gram.length).fill(-1),
    sizes: new Int32Array(seeds.length),
    similarities: seeds.map(() => new Float64Array(gram.length)),
  };
  // In the first round a seed is its cluster's mean.
  let centres: Centres = {
    similarities: seeds.map((seed) => Float64Array.from(gram[seed]!)),
    norms: seeds.map((seed) => gram[seed]![seed]!),
  };
  for (let round = 0; ; round++) {
    const { moved, inertia } = assign(sums, centres);
    if (moved === 0 || round === mostRounds) return { clusters: sums.clusters, inertia };
    centres = centresOf(sums, centres);
  }
}

/** The clusters' means, as far as distances to them need it. */
interface Centres {
  /** Inner products with each vector: [clusters][vectors]. */
  readonly similarities: readonly Float64Array[];
  /** Squared lengths. */
  readonly norms: readonly number[];
}

/** Each vector to its nearest centre; of equals the first. */
function assign(sums: Sums, centres: Centres): { moved: number; inertia: number } {
  let [moved, inertia] = [0, 0];
  for (let index = 0; index < sums.clusters.length; index++) {
    let [nearest, least] = [0, Number.POSITIVE_INFINITY];
    for (let cluster = 0; cluster < centres.norms.length; cluster++) {
      const distance = 1 + centres.norms[cluster]! - 2 * centres.similarities[cluster]![index]!;
      if (distance < least) [nearest, least] = [cluster, distance];
    }
    inertia += least;
    if (sums.clusters[index] === nearest) continue;
    move(sums, index, nearest);
    moved++;
  }
  return { moved, inertia };
}

function move({ gram, clusters, sizes, similarities }: Sums, index: number, to: number): void {
  const from = clusters[index]!;
  const own = gram[index]!;
  if (from >= 0) {
    sizes[from]!--;
    for (let other = 0; other < own.length; other++) similarities[from]![other]! -= own[other]!;
  }
  sizes[to]!++;
  for (let other = 0; other < own.length; other++) similarities[to]![other]! += own[other]!;
  clusters[index] = to;
}

/** A cluster that lost all its vectors keeps its centre. */
function centresOf({ clusters, sizes, similarities }: Sums, before: Centres): Centres {
  const norms = new Float64Array(sizes.length);
  for (const [index, cluster] of clusters.entries()) norms[cluster]! += similarities[cluster]![index]! / sizes[cluster]! ** 2;
  return {
    similarities: similarities.map((sum, cluster) =>
      sizes[cluster] === 0 ? before.similarities[cluster]! : sum.map((value) => value / sizes[cluster]!),
    ),
    norms: Array.from(norms, (norm, cluster) => (sizes[cluster] === 0 ? before.norms[cluster]! : norm)),
  };
}
