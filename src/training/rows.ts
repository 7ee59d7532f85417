/** Rows picked from batches of examples. */
import type { LabelledVectors } from './job.js';

export interface PickedRow {
  readonly batch: LabelledVectors;
  readonly row: number;
}

/** A batch of these rows, in their order. @param dimension columns of a vector */
export function pickRows(rows: readonly PickedRow[], dimension: number): LabelledVectors {
  const vectors = new Float32Array(rows.length * dimension);
  for (const [index, { batch, row }] of rows.entries())
    vectors.set(batch.vectors.subarray(row * dimension, (row + 1) * dimension), index * dimension);
  const take = (what: 'targets' | 'ids') => Int32Array.from(rows, ({ batch, row }) => batch[what][row]!);
  const weights = Float32Array.from(rows, ({ batch, row }) => batch.weights?.[row] ?? 1);
  const isWeighted = weights.some((weight) => weight !== 1);
  return { vectors, targets: take('targets'), ids: take('ids'), ...(isWeighted && { weights }) };
}
