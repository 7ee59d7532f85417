/**
 * A linear readout of features that are drawn once and stay (ridge/features.ts): scores = features W / 64 + b. `width` 0 stands for no map,
 * the readout of the embedding itself. The readout has a closed form (strategies/analytic.ts), and can be trained by gradient too.
 */
import { scale } from '../autodiff/elementwise.js';
import { apply, type Expression, matrixDims, type Operation, whole } from '../autodiff/expression.js';
import type { HeadKind, HeadShape } from '../job.js';
import { drawFeatures, type FeatureKind, writeFeatures } from '../ridge/features.js';
import { readout } from './linear.js';

/** Features are whole numbers, of which 64 are one standard deviation; the readout sees them in its units. */
export const featureUnit = 1 / 64;

export const ridgeHead: HeadKind = {
  name: 'ridge',
  summary: 'a readout of random features, or of the embedding itself',
  trainable: true,
  forward: (inputs, shape) => ({ scores: readout(scale(features(inputs, shape), featureUnit), shape.classes) }),
  draw: ({ dimension, ...shape }, seed) => drawFeatures(featuresOf(shape), { dimension, width: shape.width!, seed }).tensors,
};

export function featuresOf({ width, fourier }: Pick<HeadShape, string>): FeatureKind {
  if (width === 0) return 'none';
  return fourier ? 'fourier' : 'relu';
}

/** Sizes of a head of these features. */
export function ridgeShape(kind: FeatureKind, width: number): { width: number; fourier: number } {
  return { width: kind === 'none' ? 0 : width, fourier: kind === 'fourier' ? 1 : 0 };
}

function features(inputs: Expression, shape: HeadShape): Expression {
  const kind = featuresOf(shape);
  const [rows] = matrixDims(inputs, 'the ridge head');
  const width = kind === 'none' ? shape.dimension : shape.width!;
  const map = kind === 'none' ? [] : [whole('map', [shape.dimension, width])];
  const phase = kind === 'fourier' ? [whole('phase', [width])] : [];
  const operation: Operation = {
    name: `${kind} features`,
    forward(arithmetic, [x, mapName, phaseName]) {
      const tensors = { ...(mapName && { map: mapName }), ...(phaseName && { phase: phaseName }) };
      return [writeFeatures(arithmetic, { kind, inputs: x!, tensors })];
    },
    // Neither the embedding nor what is drawn is learned.
    backward: () => [],
  };
  return apply(operation, [inputs, ...map, ...phase], [rows, width]);
}
