/** Heads that are trained by gradient. Each is a forward expression in a file of its own; its gradient and its training follow. */
import { bottleneckHead } from './heads/bottleneck.js';
import { cosineHead } from './heads/cosine.js';
import { linearHead } from './heads/linear.js';
import type { TrainableHead } from './job.js';

export const trainableHeads: readonly TrainableHead[] = [linearHead, cosineHead, bottleneckHead];
