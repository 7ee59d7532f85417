/**
 * Each example's discriminants as they would be if it had not been learned, exactly, for a given shrinkage. Without an
 * example x of weight w in class y, whose weights sum to n_y, the class mean moves by -w u / (n_y - w) with u = x - m_y,
 * and the shrunk covariance S' loses b u u^T with b = share w n_y / (n_y - w), so that by Sherman & Morrison (1950) the
 * precision P becomes P + h P u u^T P, h = b / (1 - b u^T P u). The denominator is positive: the remaining scatter is
 * positive semidefinite, and the ridge is above zero.
 *
 * In whitened coordinates P is the identity, and only inner products of examples and means are needed.
 *
 * Cost: n classes d + classes^2 d multiply-adds; memory n classes numbers.
 */
import type { FactorProducts } from '../ridge/factor-products.js';
import { weightAt } from '../rows.js';
import type { Whitened } from './covariance.js';

export interface LeftOut {
  /** [n, d] examples that are not the only ones of their class. */
  readonly inputs: Float32Array;
  /** [n] */
  readonly targets: Int32Array;
  /** [n] How much each counts in the statistics; absent if each counts once. */
  readonly weights?: Float32Array | undefined;
  /** [classes] Sum of the weights of each class's examples in the statistics, including these. */
  readonly examples: Float64Array;
}

export interface LeftOutScores {
  /** [n, classes] */
  readonly scores: Float64Array;
  /** [n] squared distance of each example from the mean of the others of its class, in the metric without it. */
  readonly distances: Float64Array;
}

export async function leaveOneOut(
  { inputs, targets, weights, examples }: LeftOut,
  whitened: Whitened,
  products: FactorProducts,
): Promise<LeftOutScores> {
  const [rows, classes] = [targets.length, examples.length];
  const { lengths, withMeans, amongMeans } = await innerProducts(inputs, whitened, { rows, classes, products });
  const scores = new Float64Array(rows * classes);
  const distances = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    const target = targets[row]!;
    const own = weightAt({ weights }, row);
    const left = examples[target]! - own;
    const ofMean = (index: number) => withMeans[row * classes + index]!;
    const among = (a: number, b: number) => amongMeans[a * classes + b]!;
    // zu and uu are inner products: z is the example, and u = z - m with m the mean of its class.
    const zu = lengths[row]! - ofMean(target);
    const uu = lengths[row]! - 2 * ofMean(target) + among(target, target);
    const lost = (whitened.share * own * (left + own)) / left;
    const gain = lost / (1 - lost * uu);
    distances[row] = ((left + own) / left) ** 2 * (uu + gain * uu ** 2);
    for (let index = 0; index < classes; index++) {
      let [zm, mm, mu] = [ofMean(index), among(index, index), ofMean(index) - among(index, target)];
      if (index === target) {
        zm -= (own * zu) / left;
        mm += (-2 * own * mu) / left + (own ** 2 * uu) / left ** 2;
        mu -= (own * uu) / left;
      }
      scores[row * classes + index] = zm + gain * zu * mu - (mm + gain * mu ** 2) / 2;
    }
  }
  return { scores, distances };
}

/**
 * The scores as they would be if each example's class had one more example. The mean of n - 1 examples is on average
 * longer than that of n, so that leaving an example out lowers the score of its own class too much, by t / 2 (1 / (n -
 * 1) - 1 / n) with t the mean squared distance of examples from the true mean of their class. With two examples per
 * class that is the larger part of the score. An example of weight w counts as w examples here.
 */
export function asIfComplete(
  { scores, distances }: LeftOutScores,
  { targets, weights, examples }: Omit<LeftOut, 'inputs'>,
): Float64Array {
  const classes = examples.length;
  const leftOf = (row: number) => examples[targets[row]!]! - weightAt({ weights }, row);
  // A distance from a mean of n - 1 examples is t (1 + 1 / (n - 1)) on average.
  const spread =
    distances.reduce((sum, distance, row) => sum + distance * (1 - 1 / (leftOf(row) + 1)), 0) / distances.length;
  const complete = scores.slice();
  for (const [row, target] of targets.entries()) {
    const count = examples[target]!;
    complete[row * classes + target]! += (spread / 2) * (1 / leftOf(row) - 1 / count);
  }
  return complete;
}

interface InnerProducts {
  /** [n] inner product of each example with itself. */
  readonly lengths: Float64Array;
  /** [n, classes] */
  readonly withMeans: Float64Array;
  /** [classes, classes] */
  readonly amongMeans: Float64Array;
}

async function innerProducts(
  inputs: Float32Array,
  { whitener, means }: Whitened,
  { rows, classes, products }: { rows: number; classes: number; products: FactorProducts },
): Promise<InnerProducts> {
  const d = means.length / classes;
  const plain = { data: Float64Array.from(inputs), dims: [rows, d] as const };
  const examples = products.makeArray(rows * d) as Float64Array;
  await products.multiply(plain, { data: whitener, dims: [d, d] }, examples);
  const transposed = { data: transpose(means, classes, d), dims: [d, classes] as const };
  const withMeans = products.makeArray(rows * classes) as Float64Array;
  await products.multiply({ data: examples, dims: [rows, d] }, transposed, withMeans);
  const amongMeans = products.makeArray(classes * classes) as Float64Array;
  await products.multiply({ data: means, dims: [classes, d] }, transposed, amongMeans);
  const lengths = Float64Array.from({ length: rows }, (_, row) => {
    return examples.subarray(row * d, (row + 1) * d).reduce((sum, value) => sum + value * value, 0);
  });
  return { lengths, withMeans, amongMeans };
}

/** [rows, columns] -> [columns, rows] */
function transpose(matrix: Float64Array, rows: number, columns: number): Float64Array {
  const result = new Float64Array(matrix.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) result[column * rows + row] = matrix[row * columns + column]!;
  return result;
}
