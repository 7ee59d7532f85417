/**
 * A residual adapter of low rank before the readout (Houlsby et al., "Parameter-efficient transfer learning for NLP", ICML 2019):
 * e' = e + gelu(layerNorm(e) A) B; scores = e' W + b. B starts at zero, so that e' starts as e, and the head as a linear one.
 */
import { add } from '../autodiff/elementwise.js';
import { matrixDims, normal, parameter } from '../autodiff/expression.js';
import { gelu } from '../autodiff/gelu.js';
import { matmul } from '../autodiff/matrices.js';
import { layerNorm } from '../autodiff/normalisation.js';
import type { TrainableHead } from '../job.js';
import { linearHead } from './linear.js';

export const defaultRank = 64;

export function bottleneckOfRank(rank: number): TrainableHead {
  return {
    name: 'bottleneck',
    scores(features, classes) {
      const [, dimension] = matrixDims(features, 'the bottleneck head');
      const down = parameter('down', [dimension, rank], normal(1 / Math.sqrt(dimension)));
      const up = parameter('up', [rank, dimension]);
      return linearHead.scores(add(features, matmul(gelu(matmul(layerNorm(features), down)), up)), classes);
    },
  };
}

export const bottleneckHead: TrainableHead = bottleneckOfRank(defaultRank);
