/**
 * Texts that the adapter is made for, and texts that it is not: the head should be more confident on the former. The
 * score is the probability of the head's own answer (Hendrycks & Gimpel, "A baseline for detecting misclassified and
 * out-of-distribution examples", ICLR 2017), which a calibrated head computes for every text it serves.
 */
import { z } from 'zod';
import { scopeRows } from '../importing/row-shapes.js';
import { type Case, caseFields, describeCase, type Kind, text } from '../kind.js';
import { auroc } from '../metrics/ranking.js';

export interface ScopeOfHeadCase extends Case {
  readonly text: string;
  readonly scope: 'in' | 'out';
}

export const scope: Kind<'scope', ScopeOfHeadCase> = {
  name: 'scope',
  examines: 'answers',
  scoring: 'case by case',
  asks: 'one label',
  metric: auroc,
  schema: z.strictObject({ ...caseFields, text, scope: z.enum(['in', 'out']) }),
  texts: (item) => [item.text],
  problemOf(cases) {
    const scopes = new Set(cases.map((item) => item.scope));
    return scopes.size < 2 ? { what: 'the cases are not of both scopes: there is nothing to tell apart' } : undefined;
  },
  asked: (cases) =>
    cases.map((item) => {
      const described = describeCase(item, { texts: [item.text], gold: item.scope === 'in' ? 1 : 0 });
      return { ...described, tags: { ...described.tags, scope: item.scope } };
    }),
  score: (cases, outputs, task) =>
    cases.map((_, index) => {
      const answer = outputs[index]!.answers.get(task);
      return { score: answer?.confidence ?? 0, answer: answer?.label, confidence: answer?.confidence ?? null };
    }),
  chance: () => 0.5,
  // With more labels, the probability of each is lower.
  fallsWithLabels: true,
  // No case is shown: the head itself knows the scope.
  importing: {
    ...scopeRows,
    read(row, outLabel) {
      const { content, claims } = scopeRows.read(row, outLabel);
      return { content, claims };
    },
  },
  example: [
    { id: '1', text: 'where is my parcel', scope: 'in' },
    { id: '2', text: 'who won the match', scope: 'out' },
  ],
};
