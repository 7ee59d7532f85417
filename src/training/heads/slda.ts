/**
 * Streaming linear discriminant analysis (Hayes & Kanan, "Lifelong machine learning with deep streaming linear discriminant analysis",
 * CVPR workshops 2020): discriminants x W + b with W = P m and b = -m^T P m / 2 for class means m and one precision P of all classes. Its
 * distance is that of Mahalanobis to the nearest class, squared: |x R|^2 - 2 max(discriminants) with R R^T = P. Scores are discriminants at a temperature. What is far from every class is
 * unknown (Lee et al., NeurIPS 2018).
 */
import { add, divide, scale, square, subtract } from '../autodiff/elementwise.js';
import { matrixDims, whole } from '../autodiff/expression.js';
import { matmul, rowMaximum, rowSum } from '../autodiff/matrices.js';
import type { HeadKind } from '../job.js';

export const sldaHead: HeadKind = {
  name: 'slda',
  summary: 'linear discriminants of streaming means and one shared covariance',
  trainable: false,
  forward({ inputs }, { classes }) {
    const [, dimension] = matrixDims(inputs, 'the slda head');
    const discriminants = add(matmul(inputs, whole('weight', [dimension, classes])), whole('bias', [classes]));
    const length = rowSum(square(matmul(inputs, whole('whitener', [dimension, dimension]))));
    const distance = subtract(length, scale(rowMaximum(discriminants), 2));
    return { scores: divide(discriminants, whole('temperature', [])), distance };
  },
};
