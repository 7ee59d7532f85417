/**
 * Progressive networks (Rusu et al., 2016) over a frozen encoder: every update adds a column h_k = gelu(layerNorm(x)
 * A_k) and computes the scores of its new classes from the embedding, its own column and all earlier columns (the
 * lateral connections): scores += mask_k ([x, h_1, ..., h_k] V_k + b_k). Only the last column is trained; tensors of
 * earlier columns do not change by a bit.
 */
import { add, multiply } from '../autodiff/elementwise.js';
import {
  type Dims,
  type Expression,
  matrixDims,
  normal,
  parameter,
  type Start,
  whole,
} from '../autodiff/expression.js';
import { gelu } from '../autodiff/gelu.js';
import { concatColumns, matmul } from '../autodiff/matrices.js';
import { layerNorm } from '../autodiff/normalisation.js';
import type { HeadKind } from '../job.js';
import { readSettings } from '../settings.js';
import { rankSettings } from './bottleneck.js';
import { calibrated } from './calibrated.js';

export const progressiveHead: HeadKind = {
  name: 'progressive',
  summary: 'a column for every update, with lateral connections to frozen ones',
  trainable: 'by its own strategy',
  settings: rankSettings,
  sizes: (settings) => ({ ...readSettings(rankSettings, settings), columns: 1 }),
  forward({ inputs }, shape) {
    const { classes, rank, columns } = shape;
    const [, dimension] = matrixDims(inputs, 'the progressive head');
    const parts: Expression[] = [inputs];
    const normed = layerNorm(inputs);
    let scores: Expression | undefined;
    for (let column = 1; column <= columns!; column++) {
      const tensor = column === columns ? parameter : (name: string, dims: Dims, _?: Start) => whole(name, dims);
      const down = tensor(`column${column}.down`, [dimension, rank!], normal(1 / Math.sqrt(dimension)));
      parts.push(gelu(matmul(normed, down)));
      const width = dimension + column * rank!;
      const readout = tensor(`column${column}.weight`, [width, classes]);
      const all = add(matmul(concatColumns(...parts), readout), tensor(`column${column}.bias`, [classes]));
      const own = multiply(all, whole(maskOfColumn(column), [classes]));
      scores = scores ? add(scores, own) : own;
    }
    return { scores: calibrated(scores!, shape) };
  },
};

/** [classes] 1 for the classes that the column has learned, 0 for the others. */
export function maskOfColumn(column: number): string {
  return `column${column}.mask`;
}
