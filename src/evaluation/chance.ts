/** The score of guessing, as a suite's own cases give it. */
import { readLabelSet, writeLabelSet } from '../core/label-sets.js';
import { seededRandom } from '../core/random.js';
import { numberLabels } from './kind.js';
import type { ContrastCase } from './kinds/contrast.js';
import { jaccardIndex } from './kinds/multi-label.js';
import { depth, type RetrievalCase } from './kinds/retrieval.js';
import { ndcg } from './metrics/ndcg.js';
import { mean, metricNamed, metricValue } from './metrics.js';
import type { Suite } from './suites.js';

const draws = 50;

/**
 * Classes are guessed evenly: 1 / labels, and of 1 - Brier / 2 what even probabilities give. Average precision of a random order is the
 * share of pairs that mean the same. Sets of labels are guessed by giving every case the commonest. Clusters are drawn at random (50 seeded
 * draws), since the v-measure of few cases is not 0 by luck. Of a ranking each document is at each rank as likely as at any other.
 */
export function chanceOf(suite: Suite): number {
  switch (suite.kind) {
    case 'classification':
    case 'probe':
    case 'knn':
    case 'bias':
      return 1 / labelsOf(suite.cases);
    case 'multi-label':
      return scoreOfCommonestSet(suite.cases.map(({ labels }) => labels));
    case 'calibration':
      return (1 + 1 / labelsOf(suite.cases)) / 2;
    case 'pair-classification':
      return suite.cases.filter(({ label }) => label === 'same').length / suite.cases.length;
    case 'robustness':
      return 1 / suite.cases.length;
    case 'out-of-scope':
    case 'scope':
      return 0.5;
    case 'contrast':
      return chanceOfContrast(suite.cases);
    case 'stability':
      // A head that gives one answer to everything is stable: there is no guess to be better than.
      return 0;
    case 'sts':
      return 0;
    case 'clustering':
      return chanceOfClusters(suite.cases.map(({ label }) => label));
    case 'retrieval':
      return chanceOfRanking(suite.cases);
    default:
      return suite satisfies never;
  }
}

/** Both labels guessed evenly among those that the suite names. */
function chanceOfContrast(cases: readonly ContrastCase[]): number {
  return 1 / new Set(cases.flatMap(({ label, otherLabel }) => [label, otherLabel])).size ** 2;
}

/** Mean Jaccard index of giving every case the commonest set; of equally common ones the first. */
export function scoreOfCommonestSet(sets: readonly (readonly string[])[]): number {
  const counts = new Map<string, number>();
  for (const set of sets) counts.set(writeLabelSet(set), (counts.get(writeLabelSet(set)) ?? 0) + 1);
  const commonest = [...counts].reduce((best, one) => (one[1] > best[1] || (one[1] === best[1] && one[0] < best[0]) ? one : best))[0];
  return mean(sets.map((set) => jaccardIndex(set, readLabelSet(commonest))));
}

function labelsOf(cases: readonly { readonly label: string }[]): number {
  return new Set(cases.map(({ label }) => label)).size;
}

/** Expected gain of a rank: the mean grade over all documents. By the queries' mean, as the metric has it. */
function chanceOfRanking(cases: readonly RetrievalCase[]): number {
  const documents = cases.filter(({ kind }) => kind === 'document').length;
  const scores = cases.flatMap((item) => {
    if (item.kind === 'document') return [];
    const grades = Object.values(item.relevant);
    const expected = grades.reduce((sum, grade) => sum + grade, 0) / documents;
    return [ndcg(new Array<number>(documents).fill(expected), grades, depth)];
  });
  return mean(scores);
}

function chanceOfClusters(labels: readonly string[]): number {
  const gold = numberLabels(labels);
  const clusters = new Set(labels).size;
  const random = seededRandom('chance', clusters, labels.length);
  const vMeasure = metricNamed('v-measure');
  return mean(
    Array.from({ length: draws }, () =>
      metricValue(
        vMeasure,
        labels.map(() => random.integer(clusters)),
        gold,
      ),
    ),
  );
}
