/**
 * Plain fine-tuning on the new examples alone: the baseline without a remedy, which shows the cost of forgetting
 * (McCloskey & Cohen, 1989).
 *
 * Memory: none. Use it to measure, not to ship.
 */
import type { Objective } from '../descent.js';
import { gradientStrategy } from '../gradient-strategy.js';
import type { Problem } from '../problem.js';

/** The loss of the new examples alone. */
export function learnFresh({ forward, draw }: Problem): Objective {
  const fresh = draw('fresh');
  return { loss: fresh.crossEntropy(forward(fresh).scores) };
}

export const finetune = gradientStrategy({
  name: 'finetune',
  summary: 'softmax head on the new examples alone; forgets',
  replays: false,
  objective: learnFresh,
});
