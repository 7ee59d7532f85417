/**
 * Multinomial logistic regression on the same features as the ridge head, solved in their span
 * (logistic-regression.ts): W = H^T A and a bias. If classes overlap, squared error on a kernel is the wrong criterion:
 * on question types and on short support texts it costs one to three points. The penalty and the temperature are chosen
 * on folds that split no group of near-duplicates.
 *
 * Cost: n^2 x classes multiply-adds of float64 per step, at most 25 steps for each fold and penalty. So it is fitted
 * only where that is small.
 */
import { fitLogisticRegression, type Regression, type Tolerance } from '../logistic-regression.js';
import { calibrate } from './calibration.js';
import { spanned, type Whole } from './dual.js';
import { type FactorProducts, openFactorProducts } from './factor-products.js';
import { foldGroups } from './folds.js';
import { type Weighed, weighLexical } from './lexical-share.js';

export interface LogisticFit extends Weighed {
  /**
   * Weight of the examples' losses relative to half the squared norm, for centred features of mean squared length 1.
   */
  readonly c: number;
  /** [width, classes], not yet divided by the temperature. */
  readonly weight: Float64Array;
  /** [classes], not yet divided by the temperature. */
  readonly bias: Float64Array;
}

/** Largest n^2 x classes: 560 examples of 150 classes, or 2,900 of six. */
const mostWork = 5e7;

const folds = 5;
/** With few examples, larger values act like no penalty: the temperature compensates for them. */
const penalties = [1, 4, 16, 64, 256, 1024] as const;
const usualPenalty = penalties.indexOf(64);

/** Tolerances relative to the gradient before learning, approximately; comparisons need no more than three digits. */
const [rough, fine] = [5e-3, 1e-4];

function toleranceOf(share: number, c: number, count: number): Tolerance {
  return { gradient: share * c * Math.sqrt(count), steps: share === rough ? 25 : 150 };
}

/** Whether the fit is affordable and the classes compete. */
export function isLogisticCheap({ targets, classes, sets }: Whole): boolean {
  return !sets && classes > 1 && targets.length ** 2 * classes <= mostWork;
}

/** @param keep the penalty to use instead of a search */
export async function fitLogistic(
  whole: Whole,
  { keep, threads }: { keep: number | undefined; threads: number },
): Promise<LogisticFit> {
  const products = await openFactorProducts('float64', threads);
  try {
    const problem = poseLogistic(whole, products);
    const { c, left } = keep === undefined ? await searchPenalty(problem) : await tryPenalty(problem, keep);
    const fit = await regress(problem, { c, tolerance: toleranceOf(fine, c, whole.targets.length) });
    const sample = { targets: whole.targets, beside: whole.besideOf?.(problem.folds) };
    return { c, ...(await readoutOf(problem, fit)), ...weighLexical(left, sample, whole.classes) };
  } finally {
    await products.close();
  }
}

interface Problem {
  readonly whole: Whole;
  readonly products: FactorProducts;
  /**
   * Inner products of the centred features, of mean square 1: [n, n]. Since the bias is not penalised, every centre
   * gives the same problem, and this one converges fast.
   */
  readonly gram: Float64Array;
  readonly scale: number;
  readonly folds: Whole['groups'];
}

function poseLogistic(whole: Whole, products: FactorProducts): Problem {
  const count = whole.targets.length;
  const { gram, scale } = centred(whole.kernel, count);
  return { whole, products, gram, scale, folds: foldGroups(whole.groups, whole.targets, { folds, seed: whole.seed }) };
}

function centred(kernel: Float64Array, count: number): { gram: Float64Array; scale: number } {
  const means = new Float64Array(count);
  for (let row = 0; row < count; row++) {
    for (let column = 0; column < count; column++) means[row]! += kernel[row * count + column]! / count;
  }
  const mean = means.reduce((sum, value) => sum + value, 0) / count;
  let trace = 0;
  for (let row = 0; row < count; row++) trace += kernel[row * count + row]! - 2 * means[row]! + mean;
  const scale = Math.max(trace / count, Number.MIN_VALUE);
  const gram = new Float64Array(count * count);
  for (let row = 0; row < count; row++)
    for (let column = 0; column < count; column++)
      gram[row * count + column] = (kernel[row * count + column]! - means[row]! - means[column]! + mean) / scale;
  return { gram, scale };
}

interface Regress {
  readonly c: number;
  readonly tolerance: Tolerance;
  readonly left?: Uint8Array;
}

function regress(
  { whole: { targets, weights, classes }, products, gram }: Problem,
  { c, tolerance, left }: Regress,
): Promise<Regression> {
  const count = targets.length;
  const multiply = (point: Float64Array, into: Float64Array) =>
    products.multiply({ data: gram, dims: [count, count] }, { data: point, dims: [count, classes] }, into);
  return fitLogisticRegression({ gram, targets, weights, classes, c, left, tolerance, multiply });
}

/** Scores of each row by a regression that did not learn its fold. [n, classes] */
async function leaveFoldsOut(problem: Problem, c: number): Promise<Float64Array> {
  const { targets, classes } = problem.whole;
  const scores = new Float64Array(targets.length * classes);
  for (const fold of problem.folds) {
    const left = new Uint8Array(targets.length);
    for (const row of fold) left[row] = 1;
    const fit = await regress(problem, { c, tolerance: toleranceOf(rough, c, targets.length), left });
    for (const row of fold) scores.set(fit.scores.subarray(row * classes, (row + 1) * classes), row * classes);
  }
  return scores;
}

interface Trial {
  readonly c: number;
  /** Scores of all rows, each with its fold left out. */
  readonly left: Float64Array;
  readonly cost: number;
}

async function tryPenalty(problem: Problem, c: number): Promise<Trial> {
  const left = await leaveFoldsOut(problem, c);
  return { c, left, cost: calibrate(left, problem.whole, problem.whole.classes).cost };
}

/**
 * The penalty under which the labels of left-out folds have the highest likelihood, found by descending from the
 * default.
 */
async function searchPenalty(problem: Problem): Promise<Trial> {
  const trials = new Map<number, Trial>();
  const trialAt = async (place: number) => {
    const trial = trials.get(place) ?? (await tryPenalty(problem, penalties[place]!));
    trials.set(place, trial);
    return trial;
  };
  let best = usualPenalty;
  const step = async (to: number) => {
    const isBetter = to in penalties && (await trialAt(to)).cost < (await trialAt(best)).cost;
    if (isBetter) best = to;
    return isBetter;
  };
  if (await step(best + 1)) while (await step(best + 1));
  else while (await step(best - 1));
  return trialAt(best);
}

/** The regression in terms of uncentred features: W = H^T (A minus its mean), and the matching bias. */
async function readoutOf({ whole, products, scale }: Problem, { coefficients, intercepts }: Regression) {
  const { targets, classes, kernel } = whole;
  const count = targets.length;
  const own = new Float64Array(coefficients.length);
  const means = new Float64Array(classes);
  for (let index = 0; index < own.length; index++) means[index % classes]! += coefficients[index]! / count;
  for (let index = 0; index < own.length; index++)
    own[index] = (coefficients[index]! - means[index % classes]!) / scale;
  const scores = new Float64Array(own.length);
  await products.multiply({ data: kernel, dims: [count, count] }, { data: own, dims: [count, classes] }, scores);
  const bias = intercepts.slice();
  for (let index = 0; index < scores.length; index++) bias[index % classes]! -= scores[index]! / count;
  return { weight: await spanned(whole, own, products), bias };
}
