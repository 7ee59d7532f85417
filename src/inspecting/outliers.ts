/**
 * Examples far from everything of their label: by how much the distance to the fifth nearest other example of the label
 * exceeds the label's median of that distance. The difference keeps a varied label from leading the list, as plain
 * distances would let it. docs/benchmarks.md compares it with other measures, the local outlier factor among them.
 *
 * Distances are 1 - cosine of centred vectors. Cost: n m d multiply-adds for each label with n examples, of which m,
 * 5,000 at most, are compared with.
 */
import { EspalierError } from '../core/errors.js';
import { readLabelSet } from '../core/label-sets.js';
import type { Progress } from '../core/progress.js';
import { centred, meanOf } from './centred.js';
import { denseVectors, type VectorSource, type WithVectors } from './dense-vectors.js';
import { inspectionThreads } from './inspected.js';
import { NearestReferences } from './nearest.js';

export interface OutlierRow {
  readonly id: number;
  readonly text: string;
  readonly hash: string;
  /** In a multi-label task a set: the example belongs to each of its labels, and the one that suits it best counts. */
  readonly label: string;
}

export interface Outlier<Row extends OutlierRow> {
  readonly row: Row;
  /** Of a multi-label task the label of the set that it is nearest to. */
  readonly label: string;
  /** To the fifth nearest other example of the label, or to the farthest of fewer: from 0 to 2. */
  readonly distance: number;
  /** Median of that distance over the label. */
  readonly usual: number;
  /** distance - usual */
  readonly score: number;
}

export interface Outliers<Row extends OutlierRow> {
  /** The farthest first. */
  readonly outliers: readonly Outlier<Row>[];
  /** Examples of labels that have too few to say what is far. */
  readonly tooFew: number;
}

/** Chosen on a validation split, of 5 and 10. */
const usualNeighbours = 5;
const fewestExamples = 3;
const mostReferences = 5000;
/** Examples whose mean all are centred by; those with the smallest hashes, a random sample. */
const mostForMean = 20_000;

type OutlierSource = VectorSource & { readonly progress: Progress };

/** @throws INTERRUPTED */
export async function findOutliers<Row extends OutlierRow>(
  source: OutlierSource,
  rows: readonly Row[],
  { isMultiLabel }: { readonly isMultiLabel: boolean },
): Promise<Outliers<Row>> {
  const ordered = [...rows].sort((a, b) => (a.hash < b.hash ? -1 : a.hash > b.hash ? 1 : a.id - b.id));
  const { vectors, width } = await denseVectors(source, ordered.slice(0, mostForMean));
  const mean = meanOf(vectors, width);
  const best = new Map<number, Outlier<Row>>();
  const few = new Set<number>();
  let done = 0;
  const labels = byLabel(ordered, isMultiLabel);
  for (const [label, own] of labels) {
    if (source.signal.aborted) throw new EspalierError('INTERRUPTED', 'stopped while outliers were sought');
    source.progress.advance(done++, labels.size, 'labels');
    const known = await denseVectors(source, own);
    if (known.rows.length < fewestExamples) for (const { id } of known.rows) few.add(id);
    else for (const outlier of await outliersOf(known, { label, mean })) keepNearest(best, outlier);
  }
  const outliers = [...best.values()].sort((a, b) => b.score - a.score || a.row.id - b.row.id);
  return { outliers, tooFew: [...few].filter((id) => !best.has(id)).length };
}

function byLabel<Row extends OutlierRow>(rows: readonly Row[], isMultiLabel: boolean): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows)
    for (const label of isMultiLabel ? readLabelSet(row.label) : [row.label]) {
      const group = groups.get(label);
      if (group) group.push(row);
      else groups.set(label, [row]);
    }
  return groups;
}

function keepNearest<Row extends OutlierRow>(best: Map<number, Outlier<Row>>, outlier: Outlier<Row>): void {
  const before = best.get(outlier.row.id);
  if (before === undefined || outlier.score < before.score) best.set(outlier.row.id, outlier);
}

async function outliersOf<Row extends OutlierRow>(
  { rows, vectors, width }: WithVectors<Row>,
  { label, mean }: { readonly label: string; readonly mean: Float32Array },
): Promise<Outlier<Row>[]> {
  const unit = centred(vectors, mean);
  const distances = await distancesTo(unit, width, Math.min(usualNeighbours, rows.length - 1));
  const usual = medianOf(distances);
  return rows.map((row, index) => {
    const distance = distances[index]!;
    return { row, label, distance, usual, score: distance - usual };
  });
}

/** Distance of each vector to its nth nearest other one; the first of them are the references. */
async function distancesTo(unit: Float32Array, width: number, nth: number): Promise<Float64Array> {
  const nearest = await NearestReferences.open(unit.subarray(0, mostReferences * width), width, inspectionThreads);
  try {
    const count = nth + 1;
    const { rows, cosines } = await nearest.find(unit, { count, largestCosine: Number.POSITIVE_INFINITY });
    return Float64Array.from({ length: unit.length / width }, (_, row) => {
      const others = Array.from({ length: count }, (__, index) => row * count + index).filter(
        (at) => rows[at]! >= 0 && rows[at] !== row,
      );
      return 1 - cosines[others.slice(0, nth).at(-1)!]!;
    });
  } finally {
    await nearest.close();
  }
}

function medianOf(values: Float64Array): number {
  const sorted = values.toSorted();
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
