/**
 * Calibrates a head that was trained by gradient. A second head is trained in the same way without a few examples of
 * each class, and the temperature that suits its scores for those is given to the first, which has learned everything
 * (temperature scaling: Guo et al., "On calibration of modern neural networks", ICML 2017; the scores of learned
 * examples themselves would be too sure). The examples held apart are new ones and, where the strategy replays, members
 * of the buffer, at most so many of each class that all classes count about alike.
 *
 * Cost: training takes twice as long. Labels of multi-label tasks are not calibrated.
 */
import { seededRandom, shuffled } from '../core/random.js';
import { taskOf } from './answers.js';
import { type Descent, descend } from './descent.js';
import { withTemperature } from './heads/calibrated.js';
import { scoresOf } from './heads/head-graph.js';
import type { LabelledVectors, TrainedHead, TrainingJob, TrainingProgress } from './job.js';
import type { Problem } from './problem.js';
import { type PickedRow, pickRows } from './rows.js';
import { amongRivals, cautiousTemperature } from './temperature.js';

/** Of each class, one in so many examples is held apart. */
const oneIn = 5;
/** About so many are enough. */
const enough = 400;
/** With fewer nothing is calibrated. */
const fewest = 10;

export interface Learned {
  readonly problem: Problem;
  /** What the loss was given beside the problem's data. */
  readonly data: Awaited<ReturnType<typeof descend>>['data'];
  readonly trained: TrainedHead;
}

/**
 * Descends, lets the strategy remember, and calibrates.
 * @param remember the state to keep, made of the head as it was trained
 */
export async function learn(
  job: TrainingJob,
  descent: Descent,
  progress: TrainingProgress,
  remember: (learned: Learned) => Promise<TrainedHead['state']> | TrainedHead['state'] = () => ({}),
): Promise<TrainedHead> {
  const { rest, held } = holdApart(job);
  const isEnough = held.targets.length >= fewest;
  const rounds = isEnough ? 2 : 1;
  const learned = await descend(job, descent, (done, total, unit) => progress(done, total * rounds, unit));
  const state = { ...learned.trained.state, ...(await remember(learned)) };
  const { head, facts } = learned.trained;
  if (!isEnough) return { head, state, facts };
  const second = await descend(rest, descent, (done, total, unit) => progress(total + done, total * rounds, unit));
  const scores = await scoresOf(second.trained.head, held.vectors, job.settings.threads);
  const temperature = temperatures(job, scores, held.targets);
  const mean = temperature.reduce((a, b) => a + b, 0) / temperature.length;
  return {
    head: withTemperature(head, temperature),
    state,
    facts: { ...facts, temperature: mean, calibratedOn: held.targets.length },
  };
}

interface Parted {
  readonly rest: TrainingJob;
  readonly held: LabelledVectors;
}

/** A class always keeps an example to be learned from. */
function holdApart(job: TrainingJob): Parted {
  const { fresh, replayed, classes, dimension, settings } = job;
  const random = seededRandom(settings.seed, 'held apart');
  const all = [fresh, replayed].flatMap((batch) => [...batch.targets.keys()].map((row) => ({ batch, row })));
  const counts = new Float64Array(classes.length);
  const targetOf = ({ batch, row }: PickedRow) => batch.targets[row]!;
  for (const one of all) if (targetOf(one) < classes.length) counts[targetOf(one)]!++;
  const room = counts.map((count) =>
    Math.min(Math.round(count / oneIn), Math.max(1, Math.ceil(enough / classes.length)), count - 1),
  );
  const apart = new Set<PickedRow>();
  for (const one of shuffled(all, random)) {
    const target = targetOf(one);
    if (target >= classes.length || !(room[target]! >= 1)) continue;
    room[target]!--;
    apart.add(one);
  }
  const without = (batch: LabelledVectors) =>
    pickRows(
      all.filter((one) => one.batch === batch && !apart.has(one)),
      dimension,
    );
  const rest = { ...job, fresh: without(fresh), replayed: without(replayed) };
  return rest.fresh.targets.length === 0
    ? { rest: job, held: pickRows([], dimension) }
    : { rest, held: pickRows([...apart], dimension) };
}

/** [classes], one for all classes of a task; 1 where no example of it was held apart. */
function temperatures(job: TrainingJob, scores: Float32Array, targets: Int32Array): Float32Array {
  const classes = job.classes.length;
  const rivals = amongRivals(scores, targets, job);
  const temperature = new Float32Array(classes).fill(1);
  for (const task of new Set(job.tasks)) {
    const rows = [...targets.keys()].filter((row) => taskOf(job, targets[row]!) === task);
    if (rows.length === 0) continue;
    const own = Float64Array.from(
      { length: rows.length * classes },
      (_, at) => rivals[rows[Math.floor(at / classes)]! * classes + (at % classes)]!,
    );
    const fitted = cautiousTemperature(
      own,
      Int32Array.from(rows, (row) => targets[row]!),
      classes,
    );
    for (const [index, other] of job.tasks.entries()) if (other === task) temperature[index] = fitted;
  }
  return temperature;
}
