/**
 * Chooses lambda by generalised cross-validation (Golub, Heath & Wahba, Technometrics 1979), computed from the accumulated
 * statistics alone, so that the choice rests on everything ever learned, at a cost that does not grow with it:
 *
 *   W = (G + lambda I)^-1 Q,  RSS = n - tr(W^T Q) - lambda |W|^2,  GCV = n RSS / (n - tr H)^2,  tr H = width - lambda tr (G + lambda I)^-1
 *
 * with the last trace estimated by random signs (Hutchinson 1989). float32 is enough to compare; the head itself is solved in float64.
 */
import { type Random, seededRandom } from '../core/random.js';
import { factorise, solve } from './cholesky.js';
import { type Floats, openProducts, type Products } from './native.js';
import type { RidgeStatistics } from './ridge-statistics.js';

/** Two to a decade. */
const grid = [0.1, 0.316, 1, 3.16, 10, 31.6, 100, 316, 1000, 3160, 10000] as const;
const firstGuess = 100;
const probes = 16;

/**
 * Squared error prefers more shrinkage than the choice of the largest score does: of the lambdas whose GCV is within this share of
 * the least, the smallest is taken. (CLINC150, validation split: 94.7 at lambda 100, 94.4 at the minimum of GCV.)
 */
const tolerance = 0.05;

/** Walks the grid downhill from `start` (the champion's lambda). Cost: width^3 / 3 for each value tried, mostly three to five. */
export async function chooseLambda(
  statistics: RidgeStatistics,
  { start = firstGuess, seed, threads, tried }: { start?: number | undefined; seed: number; threads: number; tried: (count: number) => void },
): Promise<number> {
  const products = await openProducts('float32', threads);
  const random = seededRandom(seed, 'trace');
  const right = rightSides(statistics, random);
  const gram = Float32Array.from(statistics.gram);
  const scores = new Map<number, number>();
  const scoreAt = async (index: number): Promise<number> => {
    if (index < 0 || index >= grid.length) return Number.POSITIVE_INFINITY;
    if (!scores.has(index)) {
      scores.set(index, await gcv(statistics, { gram, right, lambda: grid[index]!, products }));
      tried(scores.size);
    }
    return scores.get(index)!;
  };
  try {
    let best = nearestIndex(start);
    for (;;) {
      const [below, here, above] = [await scoreAt(best - 1), await scoreAt(best), await scoreAt(best + 1)];
      if (below < here && below <= above) best--;
      // A lambda without a score is too small for so few examples.
      else if (above < here || (here === Number.POSITIVE_INFINITY && best < grid.length - 1)) best++;
      else break;
    }
    const enough = (await scoreAt(best)) * (1 + tolerance);
    while (best > 0 && (await scoreAt(best - 1)) <= enough) best--;
    return grid[best]!;
  } finally {
    await products.close();
  }
}

function nearestIndex(lambda: number): number {
  const distances = grid.map((value) => Math.abs(Math.log(value / lambda)));
  return distances.indexOf(Math.min(...distances));
}

/** [width, classes + probes]: Q beside the random signs. */
function rightSides({ width, classes, cross }: RidgeStatistics, random: Random): Float32Array {
  const columns = classes + probes;
  const right = new Float32Array(width * columns);
  for (let row = 0; row < width; row++) {
    right.set(cross.subarray(row * classes, (row + 1) * classes), row * columns);
    for (let probe = 0; probe < probes; probe++) right[row * columns + classes + probe] = random.uniform() < 0.5 ? -1 : 1;
  }
  return right;
}

async function gcv(
  { width, classes, count }: RidgeStatistics,
  { gram, right, lambda, products }: { gram: Float32Array; right: Float32Array; lambda: number; products: Products },
): Promise<number> {
  const makeArray = (length: number): Floats => new Float32Array(length);
  const factor = await factorise(gram, { size: width, ridge: lambda, products, makeArray });
  // Too small to be told from rounding in float32: no lambda worth having.
  if (!factor) return Number.POSITIVE_INFINITY;
  const columns = classes + probes;
  const solved = await solve(factor, right, columns);
  let [explained, squares, trace] = [0, 0, 0];
  for (let index = 0; index < solved.length; index++) {
    const product = solved[index]! * right[index]!;
    if (index % columns >= classes) trace += product / probes;
    else {
      explained += product;
      squares += solved[index]! ** 2;
    }
  }
  const residual = Math.max(count - explained - lambda * squares, 0);
  const freedom = count - (width - lambda * trace);
  return freedom > 0 ? (count * residual) / freedom ** 2 : Number.POSITIVE_INFINITY;
}
