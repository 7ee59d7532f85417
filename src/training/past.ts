/**
 * A job that represents the champion, for remedies that preserve it, with rows that stand in for its learned examples.
 */
import { taskOf } from './answers.js';
import { uncalibrated } from './heads/calibrated.js';
import type { LabelledVectors, TrainedHead, TrainingJob } from './job.js';
import { pickRows } from './rows.js';

/**
 * The job restricted to the parent's classes, with the replayed examples as fresh ones, or the new examples if the
 * buffer is empty. Targets only identify the task: each is the first class of its task.
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
    ...(job.retired && { retired: job.retired.filter((index) => index < known) }),
    fresh,
    replayed: pickRows([], job.dimension),
    parent: head,
  };
}
