/** Notes on a suite of label sets, in addition to its verdict, which uses the mean Jaccard index. */
import { readLabelSet, writeLabelSet } from '../core/label-sets.js';
import { type AnsweredSet, exactMatch, macroF1, microF1 } from '../evaluation/metrics/label-sets.js';
import { jaccard } from '../evaluation/metrics/means.js';
import type { JudgedSuite } from '../store/eval-suites.js';
import type { PairedResult } from '../store/results.js';

/** The answer of a version that has not learned the task. */
const none = writeLabelSet([]);
const statistics = { 'micro-F1': microF1, 'macro-F1': macroF1, 'exact match': exactMatch };

/**
 * Statistics in percent, over the cases that the candidate answered; preceded by the champion's if it answered all of
 * them.
 */
export function noteLabelSets(
  { suite, metric }: Pick<JudgedSuite, 'suite' | 'metric'>,
  results: readonly PairedResult[],
): string[] {
  if (metric !== jaccard.name || results.length === 0) return [];
  const weights = new Float64Array(results.length).fill(1);
  const sideOf = (answers: readonly string[]) => answers.map((answer, index) => setOf(results[index]!, answer));
  const ours = sideOf(results.map(({ candidateAnswer }) => candidateAnswer ?? none));
  const answered = results.flatMap(({ championScore, championAnswer }) =>
    championScore === null ? [] : [championAnswer ?? none],
  );
  const theirs = answered.length === results.length ? sideOf(answered) : undefined;
  const figures = Object.entries(statistics).map(([name, statistic]) => {
    const percent = (cases: readonly AnsweredSet[]) => (100 * statistic(cases)(weights)).toFixed(1);
    return `${name} ${theirs ? `${percent(theirs)} -> ` : ''}${percent(ours)} %`;
  });
  return [`${suite}: ${figures.join(', ')}. The gate judges the mean Jaccard index.`];
}

function setOf({ tags }: PairedResult, answer: string): AnsweredSet {
  return { expected: readLabelSet(tags.label!), given: readLabelSet(answer) };
}
