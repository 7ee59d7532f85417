/**
 * Summaries of sets of labels besides the mean of their Jaccard indices: F1 over all decisions (micro) and the mean of
 * each label's F1 (macro; Yang, "An evaluation of statistical approaches to text categorization", Information Retrieval
 * 1999), and the share of cases whose set is exactly right. Each is a function of the cases' weights, as in metric.ts.
 */

/** Labels of one case. */
export interface AnsweredSet {
  readonly expected: readonly string[];
  readonly given: readonly string[];
}

type Statistic = (weights: ArrayLike<number>) => number;

/**
 * 2 tp / (2 tp + fp + fn); 1 if no label is expected or given.
 *
 * @example microF1([{ expected: ['a', 'b'], given: ['a'] }])(new Float64Array([1])) // 2 / 3
 */
export function microF1(cases: readonly AnsweredSet[]): Statistic {
  return (weights) => f1Of([...countsByLabel(cases, weights).values()].reduce(addCounts, nothing));
}

/** Mean of F1 over the labels that are expected or given in some counted case; 1 if there is none. */
export function macroF1(cases: readonly AnsweredSet[]): Statistic {
  return (weights) => {
    const counts = [...countsByLabel(cases, weights).values()];
    return counts.length === 0 ? 1 : counts.reduce((sum, own) => sum + f1Of(own), 0) / counts.length;
  };
}

/** Subset accuracy: the share of cases whose given set equals the expected set. */
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
  /** Number of times the label is expected and not given, or given and not expected. */
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
