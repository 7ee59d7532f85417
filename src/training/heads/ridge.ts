/**
 * A linear readout of random features that are drawn once and fixed (ridge/features.ts): scores = features W / unit +
 * b. If vectors contain counts of n-grams, the features read them too (ridge/kernel-input.ts), and the scores include +
 * counts V / sqrt(sum of counts) (ridge/lexical.ts). `width` 0 stands for no map, the readout of the embedding itself.
 * The readout has a closed form (strategies/analytic.ts), and can be trained by gradient too.
 */
import { z } from 'zod';
import { sumOver } from '../autodiff/arithmetic.js';
import { add, multiply, scale } from '../autodiff/elementwise.js';
import { apply, type Expression, matrixDims, type Operation, whole } from '../autodiff/expression.js';
import { matmul } from '../autodiff/matrices.js';
import type { HeadKind, HeadShape } from '../job.js';
import { drawFeatures, type FeatureKind, unitOf, writeFeatures } from '../ridge/features.js';
import { drawSigns, foldsOf, writeKernelInput } from '../ridge/kernel-input.js';
import { usualWidth } from '../ridge/width.js';
import { readSettings } from '../settings.js';
import { calibrated } from './calibrated.js';
import { readout } from './linear.js';

export const ridgeSettings = {
  /** Number of random features; by default it depends on the number of learned examples. */
  width: z.number().int().min(16).max(16384).optional(),
  /** Kind of features; `none` reads the embedding itself. */
  features: z.enum(['relu', 'fourier', 'none']).default('relu'),
  /**
   * For the closed form, the frequency of the labels in use: as learned (`observed`), all equal (`balanced`), or given
   * by label; the numbers are scaled to a sum of 1.
   */
  prior: z.union([z.enum(['observed', 'balanced']), z.record(z.string(), z.number().gt(0).max(1))]).default('observed'),
};

export type RidgeSettings = z.infer<z.ZodObject<typeof ridgeSettings>>;

export const ridgeHead: HeadKind = {
  name: 'ridge',
  summary: 'a readout of random features, or of the embedding itself',
  trainable: true,
  hasClosedForm: true,
  settings: ridgeSettings,
  sizes(settings, { lexical }) {
    const { width = usualWidth, features: kind } = readSettings(ridgeSettings, settings);
    return ridgeShape(kind, { width, lexical });
  },
  /** Its features used another scale: its map and its statistics have a different meaning today. */
  isOutdated: (shape) => shape.unit !== unitOf(featuresOf(shape)),
  forward({ inputs, counts }, shape) {
    const scores = readout(scale(features(kernelInput(inputs, counts, shape), shape), 1 / shape.unit!), shape.classes);
    return { scores: calibrated(shape.lexical === 0 ? scores : add(scores, lexicalScores(counts, shape)), shape) };
  },
  draw(shape, seed) {
    const { dimension, lexical, width, folds = 0 } = shape;
    const drawn = drawFeatures(featuresOf(shape), { dimension: dimension - lexical + folds, width: width!, seed });
    return { ...drawn.tensors, ...(folds > 0 && { signs: drawSigns(lexical, seed) }) };
  },
};

export function featuresOf({ width, fourier }: Pick<HeadShape, string>): FeatureKind {
  if (width === 0) return 'none';
  return fourier ? 'fourier' : 'relu';
}

/** Sizes of a head with these features. */
export function ridgeShape(
  kind: FeatureKind,
  { width, lexical }: { width: number; lexical: number },
): { width: number; fourier: number; folds: number; unit: number } {
  return {
    width: kind === 'none' ? 0 : width,
    fourier: kind === 'fourier' ? 1 : 0,
    folds: foldsOf(kind, lexical),
    unit: unitOf(kind),
  };
}

/** The input of the features: only the dense part if there are no n-grams. */
function kernelInput(inputs: Expression, counts: Expression, { lexical, folds = 0 }: HeadShape): Expression {
  if (folds === 0) return inputs;
  const [rows, dense] = matrixDims(inputs, 'the ridge head');
  const operation: Operation = {
    name: 'kernel input',
    forward: (arithmetic, [x, f, signs]) => [writeKernelInput(arithmetic, [x!, f!, signs!], { dense, lexical, folds })],
    // Neither the embedding nor the drawn tensors are learned.
    backward: () => [],
  };
  return apply(operation, [inputs, counts, whole('signs', [lexical])], [rows, dense + folds]);
}

function features(inputs: Expression, shape: HeadShape): Expression {
  const kind = featuresOf(shape);
  const [rows, dimension] = matrixDims(inputs, 'the ridge head');
  const width = kind === 'none' ? dimension : shape.width!;
  const map = kind === 'none' ? [] : [whole('map', [dimension, width], 'int8')];
  const phase = kind === 'fourier' ? [whole('phase', [width])] : [];
  const operation: Operation = {
    name: `${kind} features`,
    forward(arithmetic, [x, mapName, phaseName]) {
      const tensors = { ...(mapName && { map: mapName }), ...(phaseName && { phase: phaseName }) };
      return [writeFeatures(arithmetic, { kind, inputs: x!, dimension, tensors })];
    },
    // Neither the embedding nor the drawn tensors are learned.
    backward: () => [],
  };
  return apply(operation, [inputs, ...map, ...phase], [rows, width]);
}

function lexicalScores(counts: Expression, { lexical, classes }: HeadShape): Expression {
  return multiply(matmul(counts, whole('lexical', [lexical, classes])), inverseLength(counts));
}

/** 1 / sqrt(sum of a row), or 1 for a row of zeros. [n, d] -> [n, 1] */
function inverseLength(counts: Expression): Expression {
  const [rows] = matrixDims(counts, 'the ridge head');
  const operation: Operation = {
    name: 'inverse length',
    forward(arithmetic, [input]) {
      const total = arithmetic.node('Max', [sumOver(arithmetic, input!, [1]), arithmetic.one]);
      return [arithmetic.node('Reciprocal', [arithmetic.node('Sqrt', [total])])];
    },
    backward: () => [],
  };
  return apply(operation, [counts], [rows, 1]);
}
