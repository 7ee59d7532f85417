/**
 * Calibrates a head trained by gradient. A second head is trained in the same way without a few examples of each class,
 * and the temperature fitted to its scores for those examples is given to the first head, which has learned everything
 * (temperature scaling: Guo et al., "On calibration of modern neural networks", ICML 2017; scores of learned examples
 * would be overconfident). The examples held apart are new ones and, if the strategy replays, members of the buffer,
 * with a limit per class, so that all classes have about equal weight.
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

/** One in this many examples of each class is held apart. */
const oneIn = 5;
/** About this many examples held apart suffice. */
const enough = 400;
/** With fewer examples held apart, the head is not calibrated. */
const fewest = 10;

export interface Learned {
  readonly problem: Problem;
  /** Data that the loss uses in addition to the problem's. */
  readonly data: Awaited<ReturnType<typeof descend>>['data'];
  readonly trained: TrainedHead;
}

/**
 * Trains the head, lets the strategy remember, and calibrates.
 * @param remember computes the state to store, from the head as trained
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

/** Holds examples apart; every class keeps at least one to learn from. */
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

/** [classes], one temperature for all classes of a task; 1 if none of its examples was held apart. */
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
