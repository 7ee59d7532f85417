/**
 * A linear readout of features that are drawn once and stay (ridge/features.ts): scores = features W / unit + b. Where
 * vectors hold counts of n-grams, the features read them too (ridge/kernel-input.ts), and + counts V / sqrt(sum of
 * counts) (ridge/lexical.ts). `width` 0 stands for no map, the readout of the embedding itself. The readout has a
 * closed form (strategies/analytic.ts), and can be trained by gradient too.
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
  /** How many random features; without it as many as what was learned asks for. */
  width: z.number().int().min(16).max(16384).optional(),
  /** Of which kind; `none` reads the embedding itself. */
  features: z.enum(['relu', 'fourier', 'none']).default('relu'),
  /**
   * The closed form: how common the labels are where it serves, as they were learned, all alike, or by label; they are
   * brought to a sum of 1.
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
  /** Its features were counted in other units: its map and its statistics say something else today. */
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

/** Sizes of a head of these features. */
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

/** What the features read: the dense part alone where there are no n-grams. */
function kernelInput(inputs: Expression, counts: Expression, { lexical, folds = 0 }: HeadShape): Expression {
  if (folds === 0) return inputs;
  const [rows, dense] = matrixDims(inputs, 'the ridge head');
  const operation: Operation = {
    name: 'kernel input',
    forward: (arithmetic, [x, f, signs]) => [writeKernelInput(arithmetic, [x!, f!, signs!], { dense, lexical, folds })],
    // Neither the embedding nor what is drawn is learned.
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
    // Neither the embedding nor what is drawn is learned.
    backward: () => [],
  };
  return apply(operation, [inputs, ...map, ...phase], [rows, width]);
}

function lexicalScores(counts: Expression, { lexical, classes }: HeadShape): Expression {
  return multiply(matmul(counts, whole('lexical', [lexical, classes])), inverseLength(counts));
}

/** 1 / sqrt(sum of a row), and 1 for a row of zeros. [n, d] -> [n, 1] */
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
