/** Softmax regression: scores = x W + b, starting from zero. */
import { add } from '../autodiff/elementwise.js';
import { type Expression, matrixDims, parameter } from '../autodiff/expression.js';
import { matmul } from '../autodiff/matrices.js';
import type { HeadKind } from '../job.js';
import { calibrated } from './calibrated.js';

export const linearHead: HeadKind = {
  name: 'linear',
  summary: 'softmax regression on the embedding',
  trainable: true,
  forward: ({ inputs }, shape) => ({ scores: calibrated(readout(inputs, shape.classes), shape) }),
};

/** features [batch, width] -> scores [batch, classes] */
export function readout(features: Expression, classes: number): Expression {
  const [, width] = matrixDims(features, 'the readout');
  return add(matmul(features, parameter('weight', [width, classes])), parameter('bias', [classes]));
}
