/** Softmax regression: scores = x W + b, from zero. */
import { add } from '../autodiff/elementwise.js';
import { matrixDims, parameter } from '../autodiff/expression.js';
import { matmul } from '../autodiff/matrices.js';
import type { TrainableHead } from '../job.js';

export const linearHead: TrainableHead = {
  name: 'linear',
  scores(features, classes) {
    const [, dimension] = matrixDims(features, 'the linear head');
    return add(matmul(features, parameter('weight', [dimension, classes])), parameter('bias', [classes]));
  },
};
