/**
 * Experience replay (Chaudhry et al., "On tiny episodic memories in continual learning", 2019): every minibatch of new
 * examples is completed by `replayRatio` times as many from the replay buffer, each of its classes as often as any
 * other. The loss is learned on top of the class prior of such minibatches, so that the few examples of an old class
 * are not outbid by the many of a new one.
 *
 * Keeps: the buffer, nothing else. Costs an epoch: 1 + replayRatio times that of fine-tuning. Use it where a
 * gradient-trained head is wanted.
 */
import { whole } from '../autodiff/expression.js';
import { logPrior } from '../class-prior.js';
import type { Objective } from '../descent.js';
import { gradientStrategy } from '../gradient-strategy.js';
import type { Problem } from '../problem.js';

/** The loss of minibatches completed from the buffer, on top of their class prior. */
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
