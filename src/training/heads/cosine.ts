/**
 * Scores by direction alone: scale * cos(x, w_class), the scale learned (Hou et al., "Learning a unified classifier incrementally via
 * rebalancing", CVPR 2019). A class that was seen more often cannot win by a longer weight vector.
 */
import { multiply } from '../autodiff/elementwise.js';
import { filledWith, matrixDims, normal, parameter } from '../autodiff/expression.js';
import { matmul } from '../autodiff/matrices.js';
import { unitColumns, unitRows } from '../autodiff/normalisation.js';
import type { TrainableHead } from '../job.js';

/** A cosine is at most 1: at a scale of 1 even a perfect head of 150 classes would give its class a probability of 5 % at most. */
const startingScale = 10;

export const cosineHead: TrainableHead = {
  name: 'cosine',
  scores(features, classes) {
    const [, dimension] = matrixDims(features, 'the cosine head');
    const directions = unitColumns(parameter('weight', [dimension, classes], normal(1 / Math.sqrt(dimension))));
    return multiply(matmul(unitRows(features), directions), parameter('scale', [], filledWith(startingScale)));
  },
};
