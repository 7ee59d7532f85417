/**
 * Scores that depend only on direction: sharpness * cos(x, w_class), with the sharpness learned (Hou et al., "Learning
 * a unified classifier incrementally via rebalancing", CVPR 2019). A class seen more often cannot win by a longer
 * weight vector.
 */
import { multiply } from '../autodiff/elementwise.js';
import { filledWith, matrixDims, normal, parameter } from '../autodiff/expression.js';
import { matmul } from '../autodiff/matrices.js';
import { unitColumns, unitRows } from '../autodiff/normalisation.js';
import type { HeadKind } from '../job.js';
import { calibrated } from './calibrated.js';

/**
 * A cosine is at most 1: at a sharpness of 1 even a perfect head of 150 classes would give the right class a
 * probability of 5 % at most.
 */
const startingSharpness = 10;

export const cosineHead: HeadKind = {
  name: 'cosine',
  summary: 'scores by direction alone, whatever the length',
  trainable: true,
  forward({ inputs }, shape) {
    const [, dimension] = matrixDims(inputs, 'the cosine head');
    const directions = unitColumns(parameter('weight', [dimension, shape.classes], normal(1 / Math.sqrt(dimension))));
    const scores = multiply(
      matmul(unitRows(inputs), directions),
      parameter('sharpness', [], filledWith(startingSharpness)),
    );
    return { scores: calibrated(scores, shape) };
  },
};
