/** The head of an update that has nothing to learn and nothing to take out: labels were renamed, or retired. */
import type { TrainedHead, TrainingJob } from './job.js';
import { taskTensors } from './problem.js';

/** Whether the job leaves its parent's weights as they are. */
export function leavesWeights({ parent, fresh, withdrawn }: TrainingJob): boolean {
  return parent !== undefined && fresh.targets.length === 0 && !withdrawn?.targets.length;
}

/** The parent's head, with the classes retired that the job retires. */
export function keptHead(job: TrainingJob): TrainedHead {
  const { head, state, facts } = job.parent!;
  const { tasks: _, multiLabel: __, retired: ___, ...tensors } = head.tensors;
  return { head: { ...head, tensors: { ...tensors, ...taskTensors(job) } }, state, facts };
}
