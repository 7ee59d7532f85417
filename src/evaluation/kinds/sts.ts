/** Graded similarity: compares the order of the cosines with the order of the grades. */
import { z } from 'zod';
import { claimOfPair, rowIsCase } from '../importing/row-shapes.js';
import { caseFields, describeCase, type Kind, text } from '../kind.js';
import { spearman } from '../metrics/spearman.js';
import { contradictoryPairs, cosinesOf, type Pair, textsOfPair } from '../pairs.js';

export interface StsCase extends Pair {
  readonly score: number;
}

export const sts: Kind<'sts', StsCase> = {
  name: 'sts',
  examines: 'encoder',
  scoring: 'case by case',
  metric: spearman,
  schema: z.strictObject({ ...caseFields, a: text, b: text, score: z.number() }),
  texts: textsOfPair,
  problemOf(cases) {
    if (new Set(cases.map(({ score }) => score)).size < 2)
      return { what: 'no two pairs differ in score: there is nothing to rank' };
    return contradictoryPairs(cases, ({ score }) => score, 'score');
  },
  asked: (cases) => cases.map((item) => describeCase(item, { texts: textsOfPair(item), gold: item.score })),
  score: cosinesOf,
  chance: () => 0,
  importing: {
    ...rowIsCase,
    columns: ['a', 'b', 'score'],
    read(row) {
      const pair = { a: row.text('a'), b: row.text('b') };
      const score = row.number('score');
      return { content: { ...pair, score }, claims: [claimOfPair(pair, String(score))] };
    },
  },
  example: [
    { id: '1', a: 'a man is cooking', b: 'a man prepares food', score: 4 },
    { id: '2', a: 'a man is cooking', b: 'the train is late', score: 0 },
  ],
};
