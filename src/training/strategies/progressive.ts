/**
 * Progressive networks (Rusu et al., 2016): a new column for every update, with lateral connections from all earlier columns, which are frozen.
 * Nothing earlier changes, bit for bit: neither its tensors nor the scores of its classes. In the paper a task is known by its name; where
 * classes of all updates compete, the new column learns beside the frozen scores of the old ones, on minibatches completed from the
 * buffer, to stay below them on what is old.
 *
 * Keeps: a column for each update (0.9 MB and growing at 1024 dimensions, rank 64, 150 classes), and the buffer. Costs an epoch: that of replay,
 * and a little more with every column. Use it where old answers must not move at all.
 */
import type { Tensor } from '../../core/safetensors.js';
import { classesOf } from '../answers.js';
import { descend } from '../descent.js';
import { usualRate } from '../gradient-strategy.js';
import { maskOfColumn } from '../heads/progressive.js';
import type { Strategy, TrainingJob } from '../job.js';
import { goesOn } from '../options.js';
import { learnMixed } from './replay.js';

const headKinds = ['progressive'] as const;

export const progressive: Strategy = {
  name: 'progressive',
  summary: 'a new column for every update beside frozen ones; old scores never move',
  headKinds,
  replays: true,
  options: {},
  continues: (parent, settings) => goesOn(headKinds, parent, settings),
  async train(job, progress) {
    const columns = (job.parent?.head.shape.columns ?? 0) + 1;
    const { trained } = await descend(
      job,
      {
        usualKind: headKinds[0],
        usualRate,
        sizes: { columns },
        tensors: { [maskOfColumn(columns)]: classesToLearn(job) },
        objective: learnMixed,
      },
      progress,
    );
    return trained;
  },
};

/** The new classes; where none is new, those that the new examples are of: they are learned further, and only they. */
function classesToLearn(job: TrainingJob): Tensor {
  const { classes, fresh, parent } = job;
  const known = parent?.head.shape.classes ?? 0;
  const present = new Set([...fresh.targets].flatMap((target) => classesOf(job, target)));
  const isOwn = known < classes.length ? (index: number) => index >= known : (index: number) => present.has(index);
  return { dims: [classes.length], data: Float32Array.from(classes, (_, index) => (isOwn(index) ? 1 : 0)) };
}
