/**
 * What sums up sets of labels beside the mean of their Jaccard indices: F1 over all decisions (micro) and the mean of
 * each label's F1 (macro; Yang, "An evaluation of statistical approaches to text categorization", Information Retrieval
 * 1999), and the share of cases whose set is exactly right. Functions of how often each case counts, as metric.ts has
 * them.
 */

/** Labels of one case. */
export interface AnsweredSet {
  readonly expected: readonly string[];
  readonly given: readonly string[];
}

type Statistic = (weights: ArrayLike<number>) => number;

/** 2 tp / (2 tp + fp + fn); 1 where no label is expected or given. */
export function microF1(cases: readonly AnsweredSet[]): Statistic {
  return (weights) => f1Of([...countsByLabel(cases, weights).values()].reduce(addCounts, nothing));
}

/** Over the labels that some counted case expects or is given; 1 where there is none. */
export function macroF1(cases: readonly AnsweredSet[]): Statistic {
  return (weights) => {
    const counts = [...countsByLabel(cases, weights).values()];
    return counts.length === 0 ? 1 : counts.reduce((sum, own) => sum + f1Of(own), 0) / counts.length;
  };
}

/** Subset accuracy. */
export function exactMatch(cases: readonly AnsweredSet[]): Statistic {
  return (weights) => {
    let [right, total] = [0, 0];
    for (const [index, { expected, given }] of cases.entries()) {
      const isRight = expected.length === given.length && expected.every((label) => given.includes(label));
      right += isRight ? weights[index]! : 0;
      total += weights[index]!;
    }
    return right / total;
  };
}

interface Counts {
  readonly hits: number;
  /** Labels that are expected and not given, or given and not expected. */
  readonly misses: number;
}

const nothing: Counts = { hits: 0, misses: 0 };

const addCounts = (a: Counts, b: Counts): Counts => ({ hits: a.hits + b.hits, misses: a.misses + b.misses });

const f1Of = ({ hits, misses }: Counts) => (hits + misses === 0 ? 1 : (2 * hits) / (2 * hits + misses));

function countsByLabel(cases: readonly AnsweredSet[], weights: ArrayLike<number>): Map<string, Counts> {
  const counts = new Map<string, Counts>();
  for (const [index, { expected, given }] of cases.entries()) {
    const weight = weights[index]!;
    if (weight === 0) continue;
    for (const label of new Set([...expected, ...given])) {
      const isHit = expected.includes(label) && given.includes(label);
      const own = isHit ? { hits: weight, misses: 0 } : { hits: 0, misses: weight };
      counts.set(label, addCounts(counts.get(label) ?? nothing, own));
    }
  }
  return counts;
}
