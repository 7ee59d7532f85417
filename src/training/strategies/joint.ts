/**
 * Joint training: everything ever ingested, at once, from nothing. It is no remedy but what teams do who retrain from
 * all their data, and what remedies are measured against. It is no upper bound: another head on all data may do better.
 * The closed-form head by default; by gradient where `training.head` asks for another.
 *
 * Keeps: nothing, but needs all data. Costs an update: time and memory in proportion to all of history.
 */
import { usualRate } from '../gradient-strategy.js';
import { ridgeHead } from '../heads/ridge.js';
import { gradientHeads } from '../heads.js';
import { learn } from '../held-apart.js';
import type { Strategy } from '../job.js';
import { analytic } from './analytic.js';
import { learnFresh } from './finetune.js';

export const joint: Strategy = {
  name: 'joint',
  summary: 'everything ever learned, at once, from nothing',
  headKinds: [ridgeHead.name, ...gradientHeads.filter((kind) => kind !== ridgeHead.name)],
  replays: false,
  options: {},
  continues: () => false,
  async train(job, progress) {
    const afresh = { ...job, parent: undefined };
    if ((job.settings.head ?? ridgeHead.name) === ridgeHead.name)
      return { ...(await analytic.train(afresh, progress)), state: {} };
    const trained = await learn(
      afresh,
      {
        usualKind: gradientHeads[0]!,
        usualRate,
        objective: learnFresh,
      },
      progress,
    );
    return trained;
  },
};
