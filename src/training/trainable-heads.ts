/** Heads that are trained by gradient. Each is a forward expression in a file of its own; its gradient and its training follow. */
import { bottleneckHead } from './bottleneck-head.js';
import { cosineHead } from './cosine-head.js';
import type { TrainableHead } from './job.js';
import { linearHead } from './linear-head.js';

export const trainableHeads: readonly TrainableHead[] = [linearHead, cosineHead, bottleneckHead];
