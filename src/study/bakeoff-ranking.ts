/** The policies of one budget in order, with how far each is behind the best one. */
import { largestOf } from '../core/sequences.js';

/** One play. Shares. */
export interface SeedResult {
  readonly averageAccuracy: number;
  readonly forgetting: number;
}

export interface Estimate {
  readonly mean: number;
  /** Bounds of a 95 % interval. */
  readonly lower: number;
  readonly upper: number;
}

export interface RankedPolicy {
  readonly policy: string;
  /** Over all domains after the last update, mean over the seeds. */
  readonly accuracy: Estimate;
  readonly forgetting: number;
  /** Accuracy minus that of the best policy, paired by seed; null for the best one. */
  readonly behind: Estimate | null;
  /** In the order of the seeds. */
  readonly accuracies: readonly number[];
}

export interface BudgetRanking {
  readonly budget: number;
  /** The policy of the highest mean accuracy. */
  readonly best: string;
  /** Other policies whose interval reaches the best one: the seeds do not tell them apart. */
  readonly tied: readonly string[];
  /** The best first. */
  readonly policies: readonly RankedPolicy[];
}

/** Numbers of seeds that an interval can be given for. */
export const fewestSeeds = 2;
export const mostSeeds = 10;

/** @param results by policy, each in the order of the same seeds */
export function rankingOf(budget: number, results: ReadonlyMap<string, readonly SeedResult[]>): BudgetRanking {
  const accuracies = new Map(
    [...results].map(([policy, own]) => [policy, own.map(({ averageAccuracy }) => averageAccuracy)]),
  );
  const highest = largestOf([...accuracies.values()].map(meanOf));
  const [best, bestAccuracies] = [...accuracies].find(([, own]) => meanOf(own) === highest)!;
  const policies = [...results].map(([policy, own]): RankedPolicy => {
    const ownAccuracies = accuracies.get(policy)!;
    const differences = ownAccuracies.map((accuracy, index) => accuracy - bestAccuracies[index]!);
    return {
      policy,
      accuracy: estimateOf(ownAccuracies),
      forgetting: meanOf(own.map(({ forgetting }) => forgetting)),
      behind: policy === best ? null : estimateOf(differences),
      accuracies: ownAccuracies,
    };
  });
  policies.sort((a, b) => b.accuracy.mean - a.accuracy.mean);
  const tied = policies.flatMap(({ policy, behind }) => (behind !== null && behind.upper >= 0 ? [policy] : []));
  return { budget, best, tied, policies };
}

const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** 97.5 % quantiles of Student's t with 1 to 9 degrees of freedom. */
const quantiles = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262];

/** Mean of repeated plays with its t interval (Student, "The probable error of a mean", Biometrika 1908). */
function estimateOf(values: readonly number[]): Estimate {
  const mean = meanOf(values);
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  const half = quantiles[values.length - 2]! * Math.sqrt(variance / values.length);
  return { mean, lower: mean - half, upper: mean + half };
}
