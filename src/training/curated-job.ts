/** The job as its strategy sees it: without the rows that withdrawals and retired classes take out of it. */
import { isRetired } from './answers.js';
import type { LabelledVectors, Strategy, TrainingJob } from './job.js';
import { keepRows } from './rows.js';

/**
 * Rows of earlier examples that are withdrawn are removed. A strategy without exact sums has nothing to subtract
 * `withdrawn` from, and gets none; nor does it get rows of retired classes, whose scores are masked in the loss, so that
 * no parameter could learn from them. Exact sums keep those rows, and a class that comes back is known again.
 */
export function curatedJob(job: TrainingJob, { withdraws }: Pick<Strategy, 'withdraws'>): TrainingJob {
  const left = withoutWithdrawn(job);
  if (withdraws) return left;
  const { withdrawn, ...others } = left;
  return withoutRetired(withdrawn ? others : left);
}

function withoutWithdrawn(job: TrainingJob): TrainingJob {
  const gone = new Set(job.withdrawn?.ids);
  if (gone.size === 0) return job;
  const isLeft = ({ ids }: LabelledVectors, row: number) => !gone.has(ids[row]!);
  return {
    ...job,
    replayed: rowsWhere(job.replayed, isLeft, job.dimension),
    ...(job.learned && { learned: rowsWhere(job.learned, isLeft, job.dimension) }),
  };
}

/** The job without the rows whose class is retired. Sets of labels stay: the loss ignores the labels that are retired. */
function withoutRetired(job: TrainingJob): TrainingJob {
  if (!job.retired?.length) return job;
  const isLeft = ({ targets }: LabelledVectors, row: number) => !isRetired(job, targets[row]!);
  return {
    ...job,
    fresh: rowsWhere(job.fresh, isLeft, job.dimension),
    replayed: rowsWhere(job.replayed, isLeft, job.dimension),
  };
}

function rowsWhere(
  batch: LabelledVectors,
  isLeft: (batch: LabelledVectors, row: number) => boolean,
  dimension: number,
): LabelledVectors {
  const rows = [...batch.targets.keys()].filter((row) => isLeft(batch, row));
  return rows.length === batch.targets.length ? batch : keepRows(batch, rows, dimension);
}
