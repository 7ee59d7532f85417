/**
 * Plain fine-tuning on the new examples alone: no remedy, the baseline that shows what forgetting costs (McCloskey & Cohen, 1989).
 *
 * Keeps: nothing. Use it to measure, not to ship.
 */
import { gradientStrategy } from '../gradient-strategy.js';

export const finetune = gradientStrategy({
  name: 'finetune',
  summary: 'softmax head on the new examples alone; forgets',
  replays: false,
  objective({ forward, draw }) {
    const fresh = draw('fresh');
    return { loss: fresh.crossEntropy(forward(fresh).scores) };
  },
});
