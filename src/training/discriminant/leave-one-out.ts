/**
 * Each example's discriminants as they would be if it had not been learned, exactly, for a given shrinkage. Without an
 * example x of class y with n_y examples the class mean moves by -u / (n_y - 1) with u = x - m_y, and the shrunk
 * covariance S' loses b u u^T with b = share n_y / (n_y - 1), so that by Sherman & Morrison (1950) the precision P
 * becomes P + h P u u^T P, h = b / (1 - b u^T P u). The denominator is positive: the remaining scatter is positive
 * semidefinite, and the ridge is above zero.
 *
 * In whitened coordinates P is the identity, and only inner products of examples and means are needed.
 *
 * Cost: n classes d + classes^2 d multiply-adds; memory n classes numbers.
 */
import type { FactorProducts } from '../ridge/factor-products.js';
import type { Whitened } from './covariance.js';

export interface LeftOut {
  /** [n, d] examples of classes that have at least two. */
  readonly inputs: Float32Array;
  /** [n] */
  readonly targets: Int32Array;
  /** [classes] number of examples of each class in the statistics, including these. */
  readonly examples: Float64Array;
}

export interface LeftOutScores {
  /** [n, classes] */
  readonly scores: Float64Array;
  /** [n] squared distance of each example from the mean of the others of its class, in the metric without it. */
  readonly distances: Float64Array;
}

export async function leaveOneOut(
  { inputs, targets, examples }: LeftOut,
  whitened: Whitened,
  products: FactorProducts,
): Promise<LeftOutScores> {
  const [rows, classes] = [targets.length, examples.length];
  const { lengths, withMeans, amongMeans } = await innerProducts(inputs, whitened, { rows, classes, products });
  const scores = new Float64Array(rows * classes);
  const distances = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    const target = targets[row]!;
    const left = examples[target]! - 1;
    const ofMean = (index: number) => withMeans[row * classes + index]!;
    const among = (a: number, b: number) => amongMeans[a * classes + b]!;
    const own = among(target, target);
    // zu and uu are inner products: z is the example, and u = z - m with m the mean of its class.
    const zu = lengths[row]! - ofMean(target);
    const uu = lengths[row]! - 2 * ofMean(target) + own;
    const weight = (whitened.share * (left + 1)) / left;
    const gain = weight / (1 - weight * uu);
    distances[row] = ((left + 1) / left) ** 2 * (uu + gain * uu ** 2);
    for (let index = 0; index < classes; index++) {
      let [zm, mm, mu] = [ofMean(index), among(index, index), ofMean(index) - among(index, target)];
      if (index === target) {
        zm -= zu / left;
        mm += (-2 * mu) / left + uu / left ** 2;
        mu -= uu / left;
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
 * class that is the larger part of the score.
 */
export function asIfComplete(
  { scores, distances }: LeftOutScores,
  { targets, examples }: Pick<LeftOut, 'targets' | 'examples'>,
): Float64Array {
  const classes = examples.length;
  // A distance from a mean of n - 1 examples is t (1 + 1 / (n - 1)) on average.
  const spread =
    distances.reduce((sum, distance, row) => sum + distance * (1 - 1 / examples[targets[row]!]!), 0) / distances.length;
  const complete = scores.slice();
  for (const [row, target] of targets.entries()) {
    const count = examples[target]!;
    complete[row * classes + target]! += (spread / 2) * (1 / (count - 1) - 1 / count);
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
