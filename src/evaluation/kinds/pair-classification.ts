/**
 * Whether two texts have the same meaning. The metric is the average precision of the cosine, which equals MTEB's
 * max_ap here: on vectors of length 1 the dot product and the Euclidean distance rank the pairs as the cosine does.
 */
import { z } from 'zod';
import { normaliseText } from '../../core/text.js';
import type { RowReader } from '../importing/import-row.js';
import { claimOfPair, rowIsCase } from '../importing/row-shapes.js';
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
  problemOf(cases) {
    if (new Set(cases.map(({ label }) => label)).size < 2)
      return { what: 'all pairs have one label: there is nothing to tell apart' };
    return contradictoryPairs(cases, ({ label }) => label, 'label');
  },
  asked: (cases) =>
    cases.map((item) =>
      describeCase(item, { texts: textsOfPair(item), gold: item.label === 'same' ? 1 : 0, label: item.label }),
    ),
  score: cosinesOf,
  /** Average precision of a random order is the share of pairs with the same meaning. */
  chance: (cases) => cases.filter(({ label }) => label === 'same').length / cases.length,
  importing: {
    ...rowIsCase,
    columns: ['a', 'b', 'label'],
    read(row) {
      const pair = { a: row.text('a'), b: row.text('b') };
      const label = readSameOrDifferent(row);
      return { content: { ...pair, label }, claims: [claimOfPair(pair, label)] };
    },
  },
  example: [
    { id: '1', a: 'where is my parcel', b: 'has my parcel been sent', label: 'same' },
    { id: '2', a: 'where is my parcel', b: 'i want my money back', label: 'different' },
  ],
};

const sameness: Readonly<Record<string, 'same' | 'different'>> = {
  same: 'same',
  different: 'different',
  '1': 'same',
  '0': 'different',
};

function readSameOrDifferent(row: RowReader): 'same' | 'different' {
  const written = normaliseText(row.name('label')).toLowerCase();
  const value = Object.hasOwn(sameness, written) ? sameness[written] : undefined;
  return value ?? row.refuse('label', `\`${written}\` is none of same, different, 1, 0`);
}
