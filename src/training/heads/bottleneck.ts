/**
 * A residual adapter of low rank before the readout (Houlsby et al., "Parameter-efficient transfer learning for NLP",
 * ICML 2019): e' = e + gelu(layerNorm(e) A) B; scores = e' W + b. B starts at zero, so that initially e' equals e, and
 * the head equals a linear one. All tasks of an adapter share A and B.
 */
import { z } from 'zod';
import { add } from '../autodiff/elementwise.js';
import { matrixDims, normal, parameter } from '../autodiff/expression.js';
import { gelu } from '../autodiff/gelu.js';
import { matmul } from '../autodiff/matrices.js';
import { layerNorm } from '../autodiff/normalisation.js';
import type { HeadKind } from '../job.js';
import { readSettings } from '../settings.js';
import { calibrated } from './calibrated.js';
import { readout } from './linear.js';

export const rankSettings = {
  /** Number of dimensions to which the embedding is reduced. */
  rank: z.number().int().min(1).max(4096).default(64),
};

export const bottleneckHead: HeadKind = {
  name: 'bottleneck',
  summary: 'a residual adapter of low rank, shared by all tasks, before the scores',
  trainable: true,
  moves: true,
  settings: rankSettings,
  sizes: (settings) => readSettings(rankSettings, settings),
  forward({ inputs }, shape) {
    const { classes, rank } = shape;
    const [, dimension] = matrixDims(inputs, 'the bottleneck head');
    const down = parameter('down', [dimension, rank!], normal(1 / Math.sqrt(dimension)));
    const up = parameter('up', [rank!, dimension]);
    const embedding = add(inputs, matmul(gelu(matmul(layerNorm(inputs), down)), up));
    return { scores: calibrated(readout(embedding, classes), shape), embedding };
  },
};
