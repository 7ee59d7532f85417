/**
 * Do two texts mean the same? Average precision of the cosine, which is MTEB's max_ap here: on vectors of length 1 the dot product and the
 * Euclidean distance rank the pairs as the cosine does.
 */
import { z } from 'zod';
import { caseFields, describeCase, type Kind, text } from '../kind.js';
import { averagePrecision } from '../metrics/ranking.js';
import { contradictoryPairs, cosinesOf, type Pair, textsOfPair } from '../pairs.js';

export interface LabelledPair extends Pair {
  readonly label: 'same' | 'different';
}

export const pairClassification: Kind<'pair-classification', LabelledPair> = {
  name: 'pair-classification',
  examines: 'encoder',
  scoring: 'case by case',
  metric: averagePrecision,
  schema: z.strictObject({ ...caseFields, a: text, b: text, label: z.enum(['same', 'different']) }),
  texts: textsOfPair,
  lackOf(cases) {
    if (new Set(cases.map(({ label }) => label)).size < 2) return { what: 'all pairs have one label: there is nothing to tell apart' };
    return contradictoryPairs(cases, ({ label }) => label, 'label');
  },
  asked: (cases) =>
    cases.map((item) => describeCase(item, { texts: textsOfPair(item), gold: item.label === 'same' ? 1 : 0, label: item.label })),
  score: cosinesOf,
};
