/**
 * GDumb (Prabhu et al., "GDumb: a simple approach that questions our progress in continual learning", ECCV 2020): a
 * memory that is greedily kept balanced over the classes, and a new head trained on that memory alone, from nothing, at
 * each update.
 *
 * Memory: only the buffer. Cost of an update: `passes` epochs over the buffer, whatever the number of new examples. It
 * measures the value of a buffer alone.
 */
import { groupBy } from '../../core/grouping.js';
import { seededRandom, shuffled } from '../../core/random.js';
import { appendAll } from '../../core/sequences.js';
import { balancingClass } from '../answers.js';
import { usualRate } from '../gradient-strategy.js';
import { gradientHeads } from '../heads.js';
import { learn } from '../held-apart.js';
import type { LabelledVectors, Strategy, TrainingJob } from '../job.js';
import { optionsOf } from '../options.js';
import { pickRows } from '../rows.js';
import { learnFresh } from './finetune.js';

export const gdumb: Strategy = {
  name: 'gdumb',
  summary: 'a new head from the balanced buffer alone, each time',
  headKinds: gradientHeads,
  replays: true,
  options: { passes: { standard: 100, least: 1, most: 10000, meaning: 'epochs over the memory' } },
  continues: () => true,
  async train(job, progress) {
    const { passes } = optionsOf(gdumb, job.settings);
    const alone = {
      ...job,
      fresh: balancedMemory(job),
      replayed: pickRows([], job.dimension),
      parent: undefined,
      settings: { ...job.settings, epochs: passes! },
    };
    const trained = await learn(
      alone,
      {
        usualKind: gradientHeads[0]!,
        usualRate,
        objective: learnFresh,
      },
      progress,
    );
    return { ...trained, facts: { ...trained.facts, memory: alone.fresh.targets.length } };
  },
};

/**
 * As many examples of each class as the budget allows, from buffer and new examples equally; the places that a small
 * class leaves free go to the others. If there are more classes than places, the classes with the fewest examples get
 * none.
 */
function balancedMemory(job: TrainingJob): LabelledVectors {
  const { fresh, replayed, budget, dimension, settings } = job;
  const classOf = balancingClass(job);
  const rows = [fresh, replayed].flatMap((batch) =>
    Array.from(batch.targets, (target, row) => ({ batch, row, target })),
  );
  const byClass = groupBy(shuffled(rows, seededRandom(settings.seed, 'memory')), ({ target }) => classOf(target));
  const queues = [...byClass.values()].sort((a, b) => a.length - b.length);
  const picked: typeof rows = [];
  for (const [index, queue] of queues.entries()) {
    const share = Math.floor((budget - picked.length) / (queues.length - index));
    appendAll(picked, queue.slice(0, share));
  }
  return pickRows(picked, dimension);
}
