/**
 * Experience replay (Chaudhry et al., "On tiny episodic memories in continual learning", 2019): every minibatch of new examples is
 * completed by as many drawn from the replay buffer.
 *
 * Keeps: the buffer, nothing else. Costs an epoch: twice that of fine-tuning. Use it where a gradient-trained head is wanted.
 */
import type { Strategy } from '../job.js';
import { trainSoftmax } from '../softmax.js';

export const replay: Strategy = {
  name: 'replay',
  headKind: 'linear',
  summary: 'softmax head; every minibatch is half new, half replayed',
  replays: true,
  continues: () => true,
  train: trainSoftmax,
};
