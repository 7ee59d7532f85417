/**
 * Plain fine-tuning on the new examples alone: no remedy, the baseline that shows what forgetting costs.
 *
 * Keeps: nothing. Use it to measure, not to ship.
 */
import type { Strategy } from '../job.js';
import { trainSoftmax } from '../softmax.js';

export const finetune: Strategy = {
  name: 'finetune',
  headKind: 'linear',
  summary: 'softmax head on the new examples alone; forgets',
  replays: false,
  continues: () => true,
  train: trainSoftmax,
};
