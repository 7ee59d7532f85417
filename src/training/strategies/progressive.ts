/**
 * Progressive networks (Rusu et al., 2016): a new column for every update, with lateral connections from all earlier
 * columns, which are frozen. No tensor of an earlier column changes by a bit, and the scores of classes without new
 * examples do not change either. Known classes with new examples are learned further: the new column adds to their
 * frozen scores. In the paper the task of an input is given; if classes of all updates compete, the new column is
 * trained together with the frozen scores of the old classes, on minibatches completed from the buffer, so that its
 * scores stay below theirs on old examples.
 *
 * Memory: a column for each update (0.9 MB and growing at 1024 dimensions, rank 64, 150 classes), and the buffer. Cost
 * of an epoch: that of replay, and a little more with every column. Use it where scores of classes without new examples
 * must not change.
 */
import type { Tensor } from '../../core/safetensors.js';
import { classesOf } from '../answers.js';
import { usualRate } from '../gradient-strategy.js';
import { maskOfColumn, progressiveHead } from '../heads/progressive.js';
import { learn } from '../held-apart.js';
import type { Strategy, TrainingJob } from '../job.js';
import { goesOn } from '../options.js';
import { learnMixed } from './replay.js';

const headKinds = [progressiveHead.name];

export const progressive: Strategy = {
  name: 'progressive',
  summary: 'a new column for every update beside frozen ones; moves only scores of what came',
  headKinds,
  replays: true,
  options: {},
  continues: (parent, settings) => goesOn(headKinds, parent, settings),
  async train(job, progress) {
    const columns = (job.parent?.head.shape.columns ?? 0) + 1;
    const trained = await learn(
      job,
      {
        usualKind: progressiveHead.name,
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

/**
 * The classes of the new examples, and all that are new to the head: a new class without examples must not get the
 * score that a mask of zeros gives.
 */
function classesToLearn(job: TrainingJob): Tensor {
  const { classes, fresh, parent } = job;
  const known = parent?.head.shape.classes ?? 0;
  const present = new Set([...fresh.targets].flatMap((target) => classesOf(job, target)));
  const isLearned = (index: number) => index >= known || present.has(index);
  return { dims: [classes.length], data: Float32Array.from(classes, (_, index) => (isLearned(index) ? 1 : 0)) };
}
