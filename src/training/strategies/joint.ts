/**
 * Joint training: everything ever ingested, at once, from nothing. It is no remedy but the practice of teams that
 * retrain from all their data, and the reference for remedies. It is no upper bound: another head on all data may do
 * better. It trains the closed-form head by default; by gradient if `training.head` names another kind.
 *
 * Memory: none, but it needs all data. Cost of an update: time and memory in proportion to the whole history.
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
