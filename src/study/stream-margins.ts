/** Scores the rows of a stream by a head, for replay policies that want scores. */
import { labelsIn } from '../core/label-sets.js';
import { marginOf } from '../replay/margins.js';
import { probabilitiesOf } from '../training/heads/head-graph.js';
import type { Head } from '../training/job.js';
import { partOf, type StreamClasses, type StreamRow } from './stream.js';

/** Row number -> margin, of the rows whose labels the head knows. */
export async function marginsOfRows(
  head: Head,
  rows: readonly StreamRow[],
  { classes, threads }: { readonly classes: StreamClasses; readonly threads: number },
): Promise<ReadonlyMap<number, number>> {
  const { vectors } = partOf(rows, head.shape.dimension);
  const probabilities = await probabilitiesOf(head, vectors, threads);
  const width = probabilities.length / rows.length;
  const margins = new Map<number, number>();
  for (const [index, { id, step, label }] of rows.entries()) {
    const truth = labelsIn(step, label).map((own) => classes.numberOf(step.task, own));
    const competitors = { classes: classes.of(step.task), multiLabel: step.multiLabel ?? false };
    const margin = marginOf(probabilities.subarray(index * width, (index + 1) * width), truth, competitors);
    if (margin !== undefined) margins.set(id, margin);
  }
  return margins;
}
