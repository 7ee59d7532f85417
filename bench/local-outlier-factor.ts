/**
 * The local outlier factor (Breunig, Kriegel, Ng & Sander, "LOF: identifying density-based local outliers", SIGMOD 2000):
 * how much sparser the surroundings of a point are than those of its neighbours; about 1 inside of a cluster, whatever
 * its density. A plain distance would list the members of the most varied label alone.
 *
 * Distances are 1 - cosine. Where k or more points coincide, a density would be infinite; distances have a floor instead.
 */
import type { Nearest } from '../src/inspecting/nearest.js';

/** Smaller differences of cosines of float32 vectors are rounding. */
const leastDistance = 1e-4;

export interface LocalOutliers {
  /** [n] the factor of each point; 1 for points without neighbours. */
  readonly factors: Float64Array;
  /** [n] distance to the farthest of its neighbours; 0 without neighbours. */
  readonly reach: Float64Array;
}

/**
 * @param nearest the neighbours of each point among the same points, without itself, the nearest first; -1 where there
 * are fewer
 */
export function localOutliers({ rows, cosines }: Nearest, neighbours: number): LocalOutliers {
  const count = rows.length / neighbours;
  const placesOf = (point: number) =>
    Array.from({ length: neighbours }, (_, index) => point * neighbours + index).filter((at) => rows[at]! >= 0);
  const distanceAt = (at: number) => Math.max(leastDistance, 1 - cosines[at]!);
  const reach = Float64Array.from({ length: count }, (_, point) => {
    const last = placesOf(point).at(-1);
    return last === undefined ? 0 : distanceAt(last);
  });
  // The inverse of the mean reachability distance: how far it is from the neighbours to the point, at least their own reach.
  const densities = Float64Array.from({ length: count }, (_, point) => {
    const places = placesOf(point);
    const sum = places.reduce((total, at) => total + Math.max(reach[rows[at]!]!, distanceAt(at)), 0);
    return places.length / Math.max(sum, leastDistance);
  });
  const factors = Float64Array.from({ length: count }, (_, point) => {
    const places = placesOf(point);
    if (places.length === 0 || densities[point] === 0) return 1;
    const mean = places.reduce((total, at) => total + densities[rows[at]!]!, 0) / places.length;
    return mean / densities[point]!;
  });
  return { factors, reach };
}
