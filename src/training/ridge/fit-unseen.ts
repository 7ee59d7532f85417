/**
 * Fits the ridge head of sums of which no or almost no example can be read, after some were taken out: lambda,
 * temperature and the weight of n-grams are the parent's, and the weights follow from the sums.
 */
import { EspalierError } from '../../core/errors.js';
import type { FewFit } from './choose-head.js';
import { openFactorProducts } from './factor-products.js';
import { solveRidge } from './fit.js';
import type { RidgeStatistics } from './statistics.js';

interface Unseen {
  /** The parent's facts of the task. */
  readonly facts: Readonly<Record<string, number>>;
  /** The parent's calibration offset. */
  readonly offset: number;
  readonly threads: number;
}

/**
 * @throws STATE_MISMATCH if the parent is a logistic regression: its temperature does not suit a ridge head, and sums
 * do not determine another regression
 */
export async function fitUnseen(statistics: RidgeStatistics, { facts, offset, threads }: Unseen): Promise<FewFit> {
  const { lambda, temperature, lexicalShare = 0, logistic } = facts;
  if (lambda === undefined || temperature === undefined || logistic === 1)
    throw new EspalierError('STATE_MISMATCH', 'too few of the learned examples can be read to fit the head on');
  const products = await openFactorProducts('float64', threads);
  try {
    const { weight } = await solveRidge(statistics, lambda, products);
    const calibrated = { temperature, offset, costs: new Float64Array(0), cost: 0 };
    return { weight, lexicalShare, calibrated, facts: { lambda } };
  } finally {
    await products.close();
  }
}
