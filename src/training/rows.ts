/** Reads rows of batches of examples, which may be packed. */
import { keepPacked, type PackedRows, unpackRow, unpackRows } from '../encoder/packed-rows.js';
import type { LabelledVectors } from './job.js';

export interface PickedRow {
  readonly batch: LabelledVectors;
  readonly row: number;
}

/** Rows that may have weights. */
export interface WeighedRows {
  readonly weights?: Float32Array | undefined;
}

/** How much an example counts. */
export function weightAt({ weights }: WeighedRows, row: number): number {
  return weights?.[row] ?? 1;
}

/** How much all examples count together: their number, if each counts once. Exact, as weights are quarters. */
export function totalWeight({ targets, weights }: WeighedRows & Pick<LabelledVectors, 'targets'>): number {
  return weights?.reduce((sum, weight) => sum + weight, 0) ?? targets.length;
}

/** Everything of a batch but its vectors. */
export type RowLabels = Pick<LabelledVectors, 'targets' | 'ids' | 'weights'>;

export function labelsOf({ targets, ids, weights }: RowLabels): RowLabels {
  return { targets, ids, ...(weights && { weights }) };
}

/** Writes packed rows out in full when they are first asked for. */
class RowsInFull {
  readonly #packed: PackedRows;
  #vectors: Float32Array | undefined;

  constructor(packed: PackedRows) {
    this.#packed = packed;
  }

  get vectors(): Float32Array {
    this.#vectors ??= unpackRows(this.#packed);
    return this.#vectors;
  }
}

/** A batch of packed rows. Whoever reads its `vectors` holds them in full from then on. */
export function packedBatch(packed: PackedRows, labels: RowLabels): LabelledVectors {
  const inFull = new RowsInFull(packed);
  return {
    packed,
    ...labelsOf(labels),
    get vectors() {
      return inFull.vectors;
    },
  };
}

/** Number of rows that are read together. */
export const sliceRows = 1024;

export interface RowSlice {
  readonly start: number;
  readonly end: number;
  /** [end - start, dimension] */
  readonly vectors: Float32Array;
}

/** The rows of a batch in order, slice by slice. @param dimension columns of a vector */
export function* slicesOf(batch: LabelledVectors, dimension: number): Generator<RowSlice> {
  const count = batch.targets.length;
  for (let start = 0; start < count; start += sliceRows) {
    const end = Math.min(start + sliceRows, count);
    yield { start, end, vectors: readRows(batch, { dimension, start, end }) };
  }
}

function readRows(
  batch: LabelledVectors,
  { dimension, start, end }: { dimension: number; start: number; end: number },
): Float32Array {
  const { packed } = batch;
  return packed ? unpackRows(packed, start, end) : batch.vectors.subarray(start * dimension, end * dimension);
}

/** The vectors of some rows, [rows, dimension]. */
export function vectorsAt(batch: LabelledVectors, rows: readonly number[], dimension: number): Float32Array {
  const vectors = new Float32Array(rows.length * dimension);
  for (const [index, row] of rows.entries())
    copyRow({ batch, row }, vectors.subarray(index * dimension, (index + 1) * dimension));
  return vectors;
}

/** @param into [dimension] zeros */
function copyRow({ batch, row }: PickedRow, into: Float32Array): void {
  if (batch.packed) unpackRow(batch.packed, row, into);
  else into.set(batch.vectors.subarray(row * into.length, (row + 1) * into.length));
}

/** Some rows of one batch, in this order. Packed rows are not copied. */
export function keepRows(batch: LabelledVectors, rows: readonly number[], dimension: number): LabelledVectors {
  const { packed } = batch;
  if (!packed)
    return pickRows(
      rows.map((row) => ({ batch, row })),
      dimension,
    );
  const labels = labelsAt(rows.map((row) => ({ batch, row })));
  return packedBatch(keepPacked(packed, rows), labels);
}

/** A batch of these rows, in their order, written out in full. @param dimension columns of a vector */
export function pickRows(rows: readonly PickedRow[], dimension: number): LabelledVectors {
  const vectors = new Float32Array(rows.length * dimension);
  for (const [index, picked] of rows.entries())
    copyRow(picked, vectors.subarray(index * dimension, (index + 1) * dimension));
  return { vectors, ...labelsAt(rows) };
}

function labelsAt(rows: readonly PickedRow[]): RowLabels {
  const take = (what: 'targets' | 'ids') => Int32Array.from(rows, ({ batch, row }) => batch[what][row]!);
  const weights = Float32Array.from(rows, ({ batch, row }) => weightAt(batch, row));
  const isWeighted = weights.some((weight) => weight !== 1);
  return { targets: take('targets'), ids: take('ids'), ...(isWeighted && { weights }) };
}
