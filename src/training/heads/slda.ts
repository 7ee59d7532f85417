/**
 * Streaming linear discriminant analysis (Hayes & Kanan, "Lifelong machine learning with deep streaming linear
 * discriminant analysis", CVPR workshops 2020): discriminants x W + b with W = P m and b = -m^T P m / 2 for class means
 * m and one precision P shared by all classes. Scores are discriminants divided by a temperature.
 *
 * Its distance is the relative Mahalanobis distance (Ren et al., "A simple fix to Mahalanobis distance for improving
 * near-OOD detection", 2021): squared, to the nearest class, minus the one to the mean of all examples. Properties
 * common to all texts cancel out; they make up most of the plain distance to the nearest class (Lee et al., NeurIPS
 * 2018), which detects unknown texts less well on CLINC150. Heads written by an earlier Espalier have that plain
 * distance, |x R|^2 - 2 max(discriminants) with R R^T = P, and `relative` 0.
 */
import { add, divide, scale, square, subtract } from '../autodiff/elementwise.js';
import { type Expression, matrixDims, whole } from '../autodiff/expression.js';
import { matmul, rowMaximum, rowSum } from '../autodiff/matrices.js';
import type { HeadKind } from '../job.js';

export const sldaHead: HeadKind = {
  name: 'slda',
  summary: 'linear discriminants of streaming means and one shared covariance',
  trainable: false,
  forward({ inputs }, { classes, relative = 0 }) {
    const [, dimension] = matrixDims(inputs, 'the slda head');
    const discriminants = add(matmul(inputs, whole('weight', [dimension, classes])), whole('bias', [classes]));
    const background = relative === 1 ? ofAll(inputs, dimension) : fromNowhere(inputs, dimension);
    const distance = scale(subtract(background, rowMaximum(discriminants)), 2);
    return { scores: divide(discriminants, whole('temperature', [])), distance };
  },
};

/** The discriminant of the mean of all examples, [n, 1]. */
function ofAll(inputs: Expression, dimension: number): Expression {
  return add(matmul(inputs, whole('background.weight', [dimension, 1])), whole('background.bias', [1]));
}

/** Half of the squared distance to the origin, [n, 1]. */
function fromNowhere(inputs: Expression, dimension: number): Expression {
  return scale(rowSum(square(matmul(inputs, whole('whitener', [dimension, dimension])))), 0.5);
}
