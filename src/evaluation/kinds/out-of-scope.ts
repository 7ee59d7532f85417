/**
 * Texts in scope are shown, and the distance of each asked text from them is measured. The score is the largest cosine
 * to a shot: nearest-neighbour detection (Sun et al., ICML 2022) with one neighbour, as the shots of a kind are few.
 */
import { z } from 'zod';
import { nearest } from '../algorithms/similarity.js';
import { scopeRows } from '../importing/row-shapes.js';
import { caseFields, describeCase, type Kind, type SuiteProblem, scoreOnly, text } from '../kind.js';
import { auroc } from '../metrics/ranking.js';
import { problemOfSplit, type SplitCase, splitCases, vectorsOf } from '../shots.js';

export interface ScopeCase extends SplitCase {
  readonly scope: 'in' | 'out';
}

export const outOfScope: Kind<'out-of-scope', ScopeCase> = {
  name: 'out-of-scope',
  examines: 'encoder',
  scoring: 'as a whole',
  metric: auroc,
  schema: z.strictObject({ ...caseFields, text, scope: z.enum(['in', 'out']), split: z.enum(['train', 'test']) }),
  texts: (item) => [item.text],
  problemOf: (cases) => problemOfScopes(cases) ?? problemOfSplit(cases),
  asked: (cases) =>
    cases
      .filter(({ split }) => split === 'test')
      .map((item) => describeCase(item, { texts: [item.text], gold: item.scope === 'in' ? 1 : 0, label: item.scope })),
  async score(cases, outputs) {
    const { shots, asked } = splitCases(cases, outputs);
    const found = await nearest(vectorsOf(asked), vectorsOf(shots), 1);
    return found.map(([closest]) => scoreOnly(closest!.similarity));
  },
  chance: () => 0.5,
  // Only texts in scope are shown, so shots are drawn per label in scope.
  importing: { ...scopeRows, isDrawn: true },
  example: [
    { id: 's1', text: 'where is my parcel', scope: 'in', split: 'train' },
    { id: '1', text: 'the parcel has not come', scope: 'in', split: 'test' },
    { id: '2', text: 'who won the match', scope: 'out', split: 'test' },
  ],
};

function problemOfScopes(cases: readonly ScopeCase[]): SuiteProblem | undefined {
  const index = cases.findIndex(({ split, scope }) => split === 'train' && scope === 'out');
  if (index >= 0)
    return {
      what: `the training case \`${cases[index]!.id}\` is out of scope: only what is in scope is shown`,
      index,
      field: 'scope',
    };
  if (!cases.some(({ split }) => split === 'train')) return { what: 'there are no training cases' };
  const asked = new Set(cases.filter(({ split }) => split === 'test').map(({ scope }) => scope));
  return asked.size < 2 ? { what: 'the test cases are not of both scopes: there is nothing to tell apart' } : undefined;
}
