/** Softmax regression: scores = x W + b, from zero. */
import { add } from './elementwise.js';
import { matrixDims, parameter } from './expression.js';
import type { TrainableHead } from './job.js';
import { matmul } from './matrices.js';

export const linearHead: TrainableHead = {
  name: 'linear',
  scores(features, classes) {
    const [, dimension] = matrixDims(features, 'the linear head');
    return add(matmul(features, parameter('weight', [dimension, classes])), parameter('bias', [classes]));
  },
};
