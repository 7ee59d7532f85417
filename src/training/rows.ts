/** Rows picked from batches of examples. */
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

/** A batch of these rows, in their order. @param dimension columns of a vector */
export function pickRows(rows: readonly PickedRow[], dimension: number): LabelledVectors {
  const vectors = new Float32Array(rows.length * dimension);
  for (const [index, { batch, row }] of rows.entries())
    vectors.set(batch.vectors.subarray(row * dimension, (row + 1) * dimension), index * dimension);
  const take = (what: 'targets' | 'ids') => Int32Array.from(rows, ({ batch, row }) => batch[what][row]!);
  const weights = Float32Array.from(rows, ({ batch, row }) => weightAt(batch, row));
  const isWeighted = weights.some((weight) => weight !== 1);
  return { vectors, targets: take('targets'), ids: take('ids'), ...(isWeighted && { weights }) };
}
