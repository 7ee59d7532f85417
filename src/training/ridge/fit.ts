/**
 * From statistics to a calibrated head: W = (G + lambda I)^-1 Q, with lambda by leave-one-out likelihood (penalty.ts) and a temperature
 * under which the leave-one-out scores of the sample are calibrated. One factorisation at full width, in float64.
 *
 * A float32 factorisation with iterative refinement against the exact matrix was considered and not built: measured by its parts at width
 * 4096, the factorisation takes 0.5 s less and the leave-one-out solves 0.15 s, while each of three to six residuals in float64, with the
 * solve that follows, takes about 0.2 s.
 */
import type { Floats } from '../native.js';
import { type Calibrated, calibrate } from './calibration.js';
import { factorise, solve } from './cholesky.js';
import { type FactorProducts, openFactorProducts } from './factor-products.js';
import { copyRows } from './gram.js';
import { type LearnedSample, leaveOneOutScores } from './leave-one-out.js';
import { chooseLambda, type LambdaSearch } from './penalty.js';
import type { RidgeStatistics } from './statistics.js';

export interface RidgeFit {
  readonly lambda: number;
  /** Divides the scores, so that their softmax is calibrated on the sample, or the sigmoid of each of a multi-label task. */
  readonly temperature: number;
  /** Added to the divided scores of a multi-label task; else 0. */
  readonly offset: number;
  /** [width, classes], not yet divided by the temperature. */
  readonly weight: Float64Array;
  /** What the lexical scores are multiplied by before they are added. */
  readonly lexicalShare: number;
}

/** How much n-grams may count beside features whose scores are about 0 or 1. What is best differs little from 0.007 to 0.02. */
const lexicalShares = [0, 0.002, 0.0035, 0.005, 0.007, 0.01, 0.014, 0.02, 0.03, 0.1, 0.3] as const;
/** Where the walk along them begins. */
const usualShare = lexicalShares.indexOf(0.01);

/** @param search how to choose lambda, or the lambda to keep */
export async function fitRidge(
  statistics: RidgeStatistics,
  sample: LearnedSample,
  search: LambdaSearch & { readonly keep?: number | undefined },
): Promise<RidgeFit> {
  const lambda = search.keep ?? (await chooseLambda(statistics, sample, search));
  const products = await openFactorProducts('float64', search.threads);
  try {
    return { lambda, ...(await solveHead(statistics, sample, lambda, products)) };
  } finally {
    await products.close();
  }
}

async function solveHead(
  { width, classes, gram, cross }: RidgeStatistics,
  sample: LearnedSample,
  lambda: number,
  products: FactorProducts,
): Promise<Omit<RidgeFit, 'lambda'>> {
  const copy = copyRows(gram, width);
  const factor = await factorise(copy, { size: width, ridge: lambda, products });
  if (!factor) throw new Error(`the ridge statistics are not positive definite at lambda ${lambda}`);
  const weight = (await solve(factor, cross, classes)) as Float64Array;
  const columns = new Float64Array(sample.columns);
  const scores = await leaveOneOutScores(factor, weight, { ...sample, columns }, classes);
  return { weight, ...weighLexical(scores, sample, classes) };
}

const hopeless: Calibrated = { temperature: 1, offset: 0, costs: new Float64Array(0), cost: Number.POSITIVE_INFINITY };

const meanOf = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Within one standard error of the paired difference. */
function isNoWorse(costs: Float64Array, best: Float64Array): boolean {
  const gaps = costs.map((cost, index) => cost - best[index]!);
  const mean = meanOf(gaps);
  return mean <= Math.sqrt(meanOf(gaps.map((gap) => (gap - mean) ** 2)) / gaps.length);
}

/**
 * The smallest share that is within one standard error of the one under which the labels of the sample, each left out, have the highest
 * likelihood (Breiman et al., "Classification and regression trees", 1984, 3.4.3), and the calibration with it.
 */
function weighLexical(scores: Floats, sample: LearnedSample, classes: number): Omit<RidgeFit, 'lambda' | 'weight'> {
  const { beside } = sample;
  const trials = new Map<number, Calibrated>();
  const trialAt = (place: number) => {
    const known = trials.get(place);
    if (known) return known;
    const share = lexicalShares[place];
    if (share === undefined) return hopeless;
    const both = share === 0 ? scores : scores.map((score, index) => score + share * beside![index]!);
    const trial = calibrate(both, sample, classes);
    trials.set(place, trial);
    return trial;
  };
  let place = 0;
  if (beside) {
    place = usualShare;
    while (trialAt(place + 1).cost < trialAt(place).cost) place++;
    while (trialAt(place - 1).cost < trialAt(place).cost) place--;
    const best = trialAt(place).costs;
    while (place > 0 && isNoWorse(trialAt(place - 1).costs, best)) place--;
  }
  const { temperature, offset } = trialAt(place);
  return { lexicalShare: lexicalShares[place]!, temperature, offset };
}
