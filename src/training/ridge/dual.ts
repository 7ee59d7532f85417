/**
 * The same head when all learned examples are available and few: W = H^T alpha with alpha = (K + lambda I)^-1 Y and K =
 * H H^T (Saunders, Gammerman & Vovk, "Ridge regression learning algorithm in dual variables", ICML 1998), n x n instead
 * of width x width. The scores of a group that was left out are exact at any leverage (left-out.ts), so that they hold
 * for five examples of a class as for five hundred. An example of weight w is a row sqrt(w) h with the answer sqrt(w) y,
 * so that a weight of 2 equals two such rows, to the rounding of float64.
 *
 * Cost for n examples: n^2 width / 2 multiply-adds of bytes once, and n^3 / 6 + m n^2 / 2 of float64 for each lambda
 * tried, where m rows are asked, about 512 at most, and 1,024 in the end. Memory: 20 n^2 bytes and the features, 4 n
 * width.
 */
import { seededRandom, shuffled } from '../../core/random.js';
import { appendAll } from '../../core/sequences.js';
import { multiHot } from '../answers.js';
import { weightAt } from '../rows.js';
import { calibrate } from './calibration.js';
import { type Factor, factorise, solve, solveLower } from './cholesky.js';
import { type FactorProducts, openFactorProducts } from './factor-products.js';
import type { FitSearch, RidgeFit } from './fit.js';
import type { Groups } from './groups.js';
import { searchLambda } from './lambda-search.js';
import { columnProducts, columnSquares, writeLeftOut } from './left-out.js';
import { weighLexical } from './lexical-share.js';

/** All examples that a head has learned. */
export interface Whole {
  /** H, [n, width], whole numbers. */
  readonly features: Float32Array;
  /** K, [n, n]. */
  readonly kernel: Float64Array;
  /** [n] */
  readonly targets: Int32Array;
  /** [n] How much each example counts; absent if each counts once. */
  readonly weights?: Float32Array | undefined;
  readonly sets?: readonly (readonly number[])[] | undefined;
  readonly classes: number;
  readonly groups: Groups;
  /**
   * Lexical scores of all rows, each computed from the examples outside its group: [n, classes]. Absent if there are no
   * n-grams.
   */
  readonly besideOf?: ((groups: Groups) => Float64Array) | undefined;
  readonly seed: number;
}

export interface DualFit extends RidgeFit {
  /** The rows that were scored while left out, in the order of the costs. */
  readonly asked: readonly number[];
}

/**
 * Approximate numbers of rows scored while left out, to compare lambdas and to calibrate; groups are included whole.
 */
const [comparedRows, calibratedRows] = [512, 1024];

export async function fitDual(whole: Whole, search: FitSearch): Promise<DualFit> {
  const products = await openFactorProducts('float64', search.threads);
  try {
    const compared = poseDual(whole, products, { most: comparedRows });
    const lambda =
      search.keep ?? (await searchLambda(async (value) => (await solveDual(compared, value)).cost, search));
    const beside = whole.besideOf?.(whole.groups);
    const problem = { ...poseDual(whole, products, { most: calibratedRows, beside }), spare: compared.spare };
    const { alpha, scores } = await solveDual(problem, lambda);
    if (!alpha) throw new Error(`the kernel matrix is not positive definite at lambda ${lambda}`);
    const weight = await spanned(whole, timesRows(alpha, problem.roots, whole.classes), products);
    return { lambda, weight, asked: problem.rows, ...weighLexical(scores, problem.sample, whole.classes) };
  } finally {
    await products.close();
  }
}

interface DualProblem {
  readonly whole: Whole;
  readonly products: FactorProducts;
  /** [n] Square roots of the weights. */
  readonly roots: Float64Array;
  /** K, with rows and columns times the roots, [n, n]. */
  readonly kernel: Float64Array;
  /** Y, with rows times the roots, [n, classes]. */
  readonly wanted: Float64Array;
  /** The rows that are scored while left out, and their groups by position among these rows. */
  readonly rows: readonly number[];
  readonly groups: Groups;
  readonly truth: Int8Array;
  readonly sample: { targets: Int32Array; sets: Whole['sets']; beside: Float64Array | undefined };
  /** The factor of the previous trial. */
  readonly spare: { factor?: Factor };
}

/** @param most approximate limit of the number of rows scored */
function poseDual(
  whole: Whole,
  products: FactorProducts,
  { most, beside }: { readonly most: number; readonly beside?: Float64Array | undefined },
): DualProblem {
  const { targets, sets, classes } = whole;
  const rows: number[] = [];
  const groups: number[][] = [];
  for (const group of targets.length <= most
    ? whole.groups
    : shuffled(whole.groups, seededRandom(whole.seed, 'leave-group-out'))) {
    if (rows.length >= most) break;
    groups.push(group.map((_, place) => rows.length + place));
    appendAll(rows, group);
  }
  const own = Int32Array.from(rows, (row) => targets[row]!);
  const truth = multiHot(own, { classes, sets }, new Int8Array(rows.length * classes));
  const roots = Float64Array.from(targets, (_, row) => Math.sqrt(weightAt(whole, row)));
  const answers = multiHot(targets, { classes, sets }, new Int8Array(targets.length * classes));
  const wanted = timesRows(Float64Array.from(answers), roots, classes);
  const kernel = whole.weights ? timesBoth(whole.kernel, roots) : whole.kernel;
  const sample = { targets: own, sets, beside: beside && rowsOf(beside, rows, classes) };
  return { whole, products, roots, kernel, wanted, rows, groups, truth, sample, spare: {} };
}

/** The rows of a matrix [n, columns], each times its factor. */
function timesRows(matrix: Float64Array, factors: Float64Array, columns: number): Float64Array {
  return matrix.map((value, index) => value * factors[Math.floor(index / columns)]!);
}

/** The rows and the columns of a matrix [n, n], each times its factor. */
function timesBoth(matrix: Float64Array, factors: Float64Array): Float64Array {
  const size = factors.length;
  return matrix.map((value, index) => value * factors[Math.floor(index / size)]! * factors[index % size]!);
}

/** The given rows of a matrix [n, columns]. */
export function rowsOf(matrix: Float64Array, rows: readonly number[], columns: number): Float64Array {
  const picked = new Float64Array(rows.length * columns);
  for (const [place, row] of rows.entries())
    picked.set(matrix.subarray(row * columns, (row + 1) * columns), place * columns);
  return picked;
}

interface Solved {
  /** [n, classes]; absent if lambda is too small for this precision. */
  readonly alpha?: Float64Array;
  /** Scores of the asked rows, each left out. */
  readonly scores: Float64Array;
  readonly cost: number;
}

async function solveDual(
  { whole, products, roots, kernel, wanted, rows, groups, truth, sample, spare }: DualProblem,
  lambda: number,
): Promise<Solved> {
  const { targets, classes } = whole;
  const size = targets.length;
  const scores = new Float64Array(rows.length * classes);
  const factor = await factorise(copySquare(kernel, size), { size, ridge: lambda, products, replacing: spare.factor });
  if (!factor) return { scores, cost: Number.POSITIVE_INFINITY };
  spare.factor = factor;
  const alpha = (await solve(factor, wanted, classes)) as Float64Array;
  const units = new Float64Array(size * rows.length);
  for (const [place, row] of rows.entries()) units[row * rows.length + place] = 1;
  // The products of columns of U^-T are entries of the inverse.
  const reduced = await solveLower(factor, units, rows.length);
  const diagonal = columnSquares(reduced, rows.length);
  for (const group of groups) {
    const block =
      group.length === 1 ? Float64Array.of(diagonal[group[0]!]!) : columnProducts(reduced, rows.length, group);
    const right = rowsOf(
      alpha,
      group.map((place) => rows[place]!),
      classes,
    );
    const ownRoots = group.map((place) => roots[rows[place]!]!);
    writeLeftOut(scores, truth, { group, roots: ownRoots, block, right, smallestPivot: 0 });
  }
  return { alpha, scores, cost: calibrate(scores, sample, classes).cost };
}

/** Rows of a symmetric matrix [size, size] for a factorisation. */
function copySquare(matrix: Float64Array, size: number) {
  return (into: { set(values: Float64Array, offset: number): void }, top: number, height: number) => {
    for (let row = 0; row < height; row++)
      into.set(matrix.subarray((top + row) * size + top, (top + row + 1) * size), row * (size - top));
  };
}

/** Number of rows of features converted to float64 at once. */
const bandRows = 512;

/** H^T a, for a [n, classes]. [width, classes] */
export async function spanned(
  { features, targets, classes }: Pick<Whole, 'features' | 'targets' | 'classes'>,
  coefficients: Float64Array,
  products: FactorProducts,
): Promise<Float64Array> {
  const count = targets.length;
  const width = features.length / count;
  const sum = new Float64Array(width * classes);
  const part = new Float64Array(width * classes);
  for (let top = 0; top < count; top += bandRows) {
    const end = Math.min(top + bandRows, count);
    const band = {
      data: new Float64Array(features.subarray(top * width, end * width)),
      dims: [end - top, width] as const,
    };
    const own = { data: coefficients.subarray(top * classes, end * classes), dims: [end - top, classes] as const };
    await products.multiplyTransposed(band, own, part);
    for (let index = 0; index < sum.length; index++) sum[index]! += part[index]!;
  }
  return sum;
}
