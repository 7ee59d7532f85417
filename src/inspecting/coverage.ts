/**
 * How well the members of the buffer cover what is stored. The vectors are divided into regions by k-means, and a region
 * is covered if a member lies in it; the map shows the plane in which the regions lie farthest apart.
 *
 * Of many examples a random sample is looked at, so that the cost does not grow with the store; all members are, up to
 * the same number.
 */
import { EspalierError } from '../core/errors.js';
import { largestOf } from '../core/sequences.js';
import { dot } from '../core/vectors.js';
import { kMeans } from '../evaluation/algorithms/k-means.js';
import { centred, meanOf } from './centred.js';
import { denseVectors, type VectorSource, type WithVectors } from './dense-vectors.js';
import { countOn, frameOf, type Grid, placeOn, project } from './density-map.js';
import { inspectionThreads } from './inspected.js';
import { NearestReferences } from './nearest.js';
import { planeOf } from './plane.js';

export interface CoverageRow {
  readonly id: number;
  readonly text: string;
  readonly hash: string;
  readonly label: string;
  readonly isMember: boolean;
}

export interface Region {
  /** Number of looked-at examples in it, and of members. */
  readonly stored: number;
  readonly members: number;
  /** The commonest labels of the stored ones, at most three. */
  readonly labels: readonly { readonly label: string; readonly examples: number }[];
  /** The stored examples nearest to its centre, at most three. */
  readonly examples: readonly { readonly id: number; readonly text: string }[];
  /** Where its centre lies on the map. */
  readonly column: number;
  readonly row: number;
}

export interface Coverage {
  /** Number of stored examples that were looked at, and of members. */
  readonly stored: number;
  readonly members: number;
  /** The largest first. */
  readonly regions: readonly Region[];
  /** Share of the looked-at examples in regions with a member; null of none. */
  readonly covered: number | null;
  /** Cosine of each looked-at example with the nearest member: the median, and the twentieth part lies below `low`. */
  readonly nearest: { readonly median: number; readonly low: number } | null;
  /** Share of the spread of the regions that the map shows. */
  readonly shown: number;
  /** Counts, [rows][columns]; row 0 is the top. */
  readonly map: Grid & { readonly stored: readonly number[][]; readonly members: readonly number[][] };
}

export const mostLookedAt = 20_000;
/** Examples that the regions are made of; all others go to the nearest one. */
const mostClustered = 5000;
const mostRegions = 64;
/** At most three of each. */
const mostNamed = 3;

/** @throws INTERRUPTED */
export async function measureCoverage<Row extends CoverageRow>(
  source: VectorSource,
  rows: readonly Row[],
  { grid, seed }: { readonly grid: Grid; readonly seed: string },
): Promise<Coverage> {
  const sampled = [...rows].sort((a, b) => (a.hash < b.hash ? -1 : a.hash > b.hash ? 1 : a.id - b.id));
  const stored = await denseVectors(source, sampled.slice(0, mostLookedAt));
  const held = await denseVectors(source, sampled.filter(({ isMember }) => isMember).slice(0, mostLookedAt));
  const mean = meanOf(stored.vectors, stored.width);
  const looked = { ...stored, vectors: centred(stored.vectors, mean) };
  const members = { ...held, vectors: centred(held.vectors, mean) };
  if (source.signal.aborted) throw new EspalierError('INTERRUPTED', 'stopped while coverage was measured');
  const centres = await centresOf(looked, seed);
  const [homes, memberHomes] = [await homesOf(looked, centres), await homesOf(members, centres)];
  const sizes = centres.map((_, region) => homes.filter((home) => home === region).length);
  const plane = planeOf(centres, sizes);
  const points = project(looked.vectors, plane);
  const frame = frameOf(points);
  const regions = centres.map((centre, region) => ({
    ...describeRegion(looked, homes, region, centre),
    members: memberHomes.filter((home) => home === region).length,
    ...placeOn(grid, frame, project(centre, plane)[0]!),
  }));
  const within = regions.filter((region) => region.members > 0).reduce((sum, region) => sum + region.stored, 0);
  return {
    ...{ stored: looked.rows.length, members: members.rows.length, shown: plane.share },
    regions: regions.filter((region) => region.stored > 0).sort((a, b) => b.stored - a.stored),
    covered: looked.rows.length === 0 ? null : within / looked.rows.length,
    nearest: await nearestMembers(looked, members),
    map: {
      ...grid,
      stored: countOn(grid, frame, points),
      members: countOn(grid, frame, project(members.vectors, plane)),
    },
  };
}

type Vectors = WithVectors<CoverageRow>;

const vectorAt = ({ vectors, width }: Vectors, row: number) => vectors.subarray(row * width, (row + 1) * width);

/** As many regions as the square root of half the examples. Each centre has length 1, or 0. */
async function centresOf(looked: Vectors, seed: string): Promise<Float32Array[]> {
  const count = Math.min(looked.rows.length, mostClustered);
  if (count === 0) return [];
  const vectors = Array.from({ length: count }, (_, row) => vectorAt(looked, row));
  const regions = Math.max(1, Math.min(mostRegions, Math.round(Math.sqrt(looked.rows.length / 2))));
  const clusters = await kMeans(vectors, regions, seed);
  const none = new Float32Array(looked.width);
  return Array.from({ length: regions }, (_, region) => {
    const own = vectors.filter((__, row) => clusters[row] === region);
    const sum = new Float32Array(looked.width);
    for (const vector of own) for (const column of sum.keys()) sum[column]! += vector[column]!;
    return centred(sum, none);
  });
}

/** Number of the nearest centre of each vector. */
async function homesOf({ vectors, width }: Vectors, centres: readonly Float32Array[]): Promise<Int32Array> {
  return (await nearestOf(vectors, centres, width)).rows;
}

async function nearestOf(vectors: Float32Array, references: readonly Float32Array[], width: number) {
  const matrix = new Float32Array(references.length * width);
  for (const [index, reference] of references.entries()) matrix.set(reference, index * width);
  const nearest = await NearestReferences.open(matrix, width, inspectionThreads);
  try {
    return await nearest.find(vectors, { count: 1, largestCosine: Number.POSITIVE_INFINITY });
  } finally {
    await nearest.close();
  }
}

async function nearestMembers(looked: Vectors, members: Vectors): Promise<Coverage['nearest']> {
  if (looked.rows.length === 0 || members.rows.length === 0) return null;
  const references = members.rows.map((_, row) => vectorAt(members, row));
  const { cosines } = await nearestOf(looked.vectors, references, looked.width);
  const sorted = cosines.toSorted();
  return { median: sorted[sorted.length >> 1]!, low: sorted[Math.floor(sorted.length / 20)]! };
}

function describeRegion(
  looked: Vectors,
  homes: Int32Array,
  region: number,
  centre: Float32Array,
): Pick<Region, 'stored' | 'labels' | 'examples'> {
  const own = [...homes.keys()].filter((row) => homes[row] === region);
  const counts = new Map<string, number>();
  for (const row of own) counts.set(looked.rows[row]!.label, (counts.get(looked.rows[row]!.label) ?? 0) + 1);
  const nearness = new Map(own.map((row) => [row, dot(vectorAt(looked, row), centre)]));
  return {
    stored: own.length,
    labels: [...counts]
      .map(([label, examples]) => ({ label, examples }))
      .sort((a, b) => b.examples - a.examples || (a.label < b.label ? -1 : 1))
      .slice(0, mostNamed),
    examples: own
      .sort((a, b) => nearness.get(b)! - nearness.get(a)! || a - b)
      .slice(0, mostNamed)
      .map((row) => ({ id: looked.rows[row]!.id, text: looked.rows[row]!.text })),
  };
}

/** Of a map the largest count, for the shades. */
export const fullest = (counts: readonly (readonly number[])[]) => largestOf(counts.flat());
