/**
 * Experience replay (Chaudhry et al., "On tiny episodic memories in continual learning", 2019): every minibatch of new
 * examples is completed by `replayRatio` times as many from the replay buffer, each of its classes equally often. The
 * loss adds the class prior of such minibatches to the scores, so that the many examples of a new class do not outweigh
 * the few of an old one.
 *
 * Memory: only the buffer. Cost of an epoch: 1 + replayRatio times that of fine-tuning. Use it where a gradient-trained
 * head is wanted.
 */
import { whole } from '../autodiff/expression.js';
import { logPrior } from '../class-prior.js';
import type { Objective } from '../descent.js';
import { gradientStrategy } from '../gradient-strategy.js';
import type { Problem } from '../problem.js';

/** The loss of minibatches completed from the buffer, with their class prior added to the scores. */
export function learnMixed(problem: Problem): Objective {
  const { forward, draw, job } = problem;
  const mixed = draw(job.replayed.targets.length > 0 ? 'mixed' : 'fresh');
  const prior = whole('prior', [job.classes.length]);
  return { loss: mixed.crossEntropy(forward(mixed).scores, { prior }), data: { prior: logPrior(problem) } };
}

export const replay = gradientStrategy({
  name: 'replay',
  summary: 'softmax head; every minibatch is completed from the replay buffer',
  replays: true,
  keepsOptimiser: true,
  objective: learnMixed,
});
