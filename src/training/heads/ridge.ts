/**
 * Random features and a linear readout: scores = relu(x map) W + b. `width` 0 stands for no map, the readout of the embedding itself. The map
 * is drawn once and stays; the readout has a closed form (strategies/analytic.ts), and can be trained by gradient too.
 */
import { relu } from '../autodiff/elementwise.js';
import { type Expression, whole } from '../autodiff/expression.js';
import { matmul } from '../autodiff/matrices.js';
import type { HeadKind, HeadShape } from '../job.js';
import { drawRandomFeatures } from '../ridge/random-features.js';
import { readout } from './linear.js';

export const ridgeHead: HeadKind = {
  name: 'ridge',
  summary: 'a readout of random features',
  trainable: true,
  forward: (inputs, shape) => ({ scores: readout(features(inputs, shape), shape.classes) }),
  draw: ({ dimension, width }, seed) => (width! > 0 ? { map: drawRandomFeatures(dimension, width!, seed) } : {}),
};

function features(inputs: Expression, { dimension, width }: HeadShape): Expression {
  return width! > 0 ? relu(matmul(inputs, whole('map', [dimension, width!]))) : inputs;
}
