/** What the champion was, for remedies that hold on to it: its job, over rows that stand for what it had learned. */
import { taskOf } from './answers.js';
import { uncalibrated } from './heads/calibrated.js';
import type { LabelledVectors, TrainedHead, TrainingJob } from './job.js';
import { pickRows } from './rows.js';

/**
 * The parent's own classes, with the replayed examples as the fresh ones; where the buffer is empty, the new examples
 * take their place. Targets tell the task alone: each is the first class of its task.
 */
export function pastOf(job: TrainingJob, parent: TrainedHead): TrainingJob {
  const { classes: known } = parent.head.shape;
  const tasks = job.tasks.slice(0, known);
  const batch = job.replayed.targets.length > 0 ? job.replayed : job.fresh;
  const standIn = (target: number) => tasks.indexOf(taskOf(job, target));
  const rows = [...batch.targets.keys()]
    .filter((row) => standIn(batch.targets[row]!) >= 0)
    .map((row) => ({ batch, row }));
  const picked = pickRows(rows, job.dimension);
  const fresh: LabelledVectors = { ...picked, targets: picked.targets.map(standIn) };
  const head = { ...parent, head: uncalibrated(parent.head) };
  return {
    ...job,
    classes: job.classes.slice(0, known),
    tasks,
    sets: [],
    fresh,
    replayed: pickRows([], job.dimension),
    parent: head,
  };
}
