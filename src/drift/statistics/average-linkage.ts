/**
 * Agglomerative clustering with average linkage (UPGMA; Sokal & Michener 1958), by chains of nearest neighbours (Murtagh,
 * "A survey of recent advances in hierarchical clustering algorithms", Computer Journal 1983). The order of the vectors
 * settles ties, so the result depends on nothing else.
 *
 * The number of clusters follows from the threshold: nobody knows how many kinds of texts a queue holds. Cost: n^2 in
 * time and memory, 16 MB for 2,000 vectors.
 */
import { dot } from '../../core/vectors.js';

/**
 * @param vectors each of length 1
 * @param similarity clusters are joined while the mean cosine between their members is at least this
 * @returns [n] the number of each vector's cluster, counted from 0 in the order of their first members
 */
export function clusterByLinkage(vectors: readonly Float32Array[], similarity: number): Int32Array {
  const count = vectors.length;
  const distances = distancesOf(vectors);
  const sizes = new Int32Array(count).fill(1);
  const parents = Int32Array.from({ length: count }, (_, index) => index);
  const chain: number[] = [];
  for (let joined = 1; joined < count; ) {
    if (chain.length === 0) chain.push(sizes.findIndex((size) => size > 0));
    const last = chain.at(-1)!;
    const nearest = nearestOf(distances, sizes, last, chain.at(-2));
    if (nearest !== chain.at(-2)) {
      chain.push(nearest);
      continue;
    }
    chain.length -= 2;
    joined++;
    join(distances, sizes, last, nearest, (from, to, distance) => {
      if (distance <= 1 - similarity) parents[from] = to;
    });
  }
  return numbered(parents);
}

/** Cosine distances, [n, n] */
function distancesOf(vectors: readonly Float32Array[]): Float32Array {
  const count = vectors.length;
  const distances = new Float32Array(count * count);
  for (let row = 0; row < count; row++)
    for (let column = 0; column < row; column++) {
      const distance = 1 - dot(vectors[row]!, vectors[column]!);
      distances[row * count + column] = distance;
      distances[column * count + row] = distance;
    }
  return distances;
}

/** The nearest other cluster; of equally near ones `preferred`, which ends the chain, or the first. */
function nearestOf(distances: Float32Array, sizes: Int32Array, from: number, preferred: number | undefined): number {
  const count = sizes.length;
  let best = preferred ?? -1;
  for (let other = 0; other < count; other++) {
    if (other === from || sizes[other] === 0) continue;
    if (best < 0 || distances[from * count + other]! < distances[from * count + best]!) best = other;
  }
  return best;
}

/**
 * Joins the later of two clusters to the earlier one, and updates the mean distances (Lance & Williams 1967). Average
 * linkage never joins at a smaller distance than an earlier join within the cluster, so that a join beyond the threshold
 * is followed by no nearer one.
 */
function join(
  distances: Float32Array,
  sizes: Int32Array,
  one: number,
  other: number,
  onJoined: (from: number, to: number, distance: number) => void,
): void {
  const count = sizes.length;
  const [to, from] = [Math.min(one, other), Math.max(one, other)];
  onJoined(from, to, distances[from * count + to]!);
  const total = sizes[to]! + sizes[from]!;
  for (let third = 0; third < count; third++) {
    if (sizes[third] === 0 || third === to || third === from) continue;
    const mean =
      (sizes[to]! * distances[to * count + third]! + sizes[from]! * distances[from * count + third]!) / total;
    distances[to * count + third] = mean;
    distances[third * count + to] = mean;
  }
  sizes[to] = total;
  sizes[from] = 0;
}

function numbered(parents: Int32Array): Int32Array {
  const numbers = new Map<number, number>();
  // A parent comes before its children.
  const roots = parents.slice();
  for (let index = 0; index < roots.length; index++) roots[index] = roots[parents[index]!]!;
  return roots.map((root) => {
    if (!numbers.has(root)) numbers.set(root, numbers.size);
    return numbers.get(root)!;
  });
}
