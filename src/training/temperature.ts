/** Fits the temperature of scores of examples that were not learned: left out, or held apart. */
import { taskOf } from './answers.js';
import { maskedScore, type TrainingJob } from './job.js';
import type { Floats } from './native.js';
import { fitTemperature } from './ridge/calibration.js';

/** Scores [n, classes] in which only the classes of each example's own task compete. */
export function amongRivals(
  scores: Floats,
  targets: Int32Array,
  job: Pick<TrainingJob, 'classes' | 'tasks' | 'sets'>,
): Float64Array {
  const classes = job.classes.length;
  return Float64Array.from(scores, (score, at) => {
    const task = taskOf(job, targets[Math.floor(at / classes)]!);
    return job.tasks[at % classes] === task ? score : maskedScore;
  });
}

/**
 * The most likely temperature if one more example had been answered wrongly, by its second-best class, at a typical
 * margin. Without it a few examples that are all answered right would give certainty (the rule of succession, in its
 * simplest form).
 */
export function cautiousTemperature(scores: Floats, targets: Int32Array, classes: number): number {
  const wrong = typicalError(scores, classes);
  if (!wrong) return 1;
  const all = new Float64Array(scores.length + classes);
  all.set(scores);
  all.set(scores.subarray(wrong.row * classes, (wrong.row + 1) * classes), scores.length);
  return fitTemperature(all, Int32Array.from([...targets, wrong.target]), classes);
}

/** The example whose best score leads its second best by the median margin, and that second-best class. */
function typicalError(scores: Floats, classes: number): { row: number; target: number } | undefined {
  const margins = Array.from({ length: scores.length / classes }, (_, row) => ({
    row,
    ...leadIn(scores.subarray(row * classes, (row + 1) * classes)),
  }));
  margins.sort((a, b) => a.lead - b.lead);
  const median = margins[Math.floor(margins.length / 2)];
  return median && { row: median.row, target: median.second };
}

function leadIn(scores: Floats): { lead: number; second: number } {
  let [first, second] = [-1, -1];
  for (let index = 0; index < scores.length; index++) {
    if (first < 0 || scores[index]! > scores[first]!) [first, second] = [index, first];
    else if (second < 0 || scores[index]! > scores[second]!) second = index;
  }
  return { lead: scores[first]! - (scores[second] ?? Number.NEGATIVE_INFINITY), second };
}
