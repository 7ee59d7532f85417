/**
 * A text and a changed version of it with the same meaning: the head should give both the same answer. No label is
 * needed, since the answer is compared with the adapter's own and not with the truth. (Invariance tests: Ribeiro et
 * al., "Beyond accuracy: behavioral testing of NLP models with CheckList", ACL 2020.) A head that gives every text the
 * same answer is perfectly stable; its accuracy shows that it is useless.
 */
import { z } from 'zod';
import { normaliseText } from '../../core/text.js';
import { twinRows } from '../importing/row-shapes.js';
import { type Case, caseFields, contradictionAmong, describeCase, type Kind, text } from '../kind.js';
import { consistency } from '../metrics/means.js';

export interface StabilityCase extends Case {
  readonly text: string;
  readonly changed: string;
  /** Name of the change, such as `typo`. */
  readonly group: string;
}

export const stability: Kind<'stability', StabilityCase> = {
  name: 'stability',
  examines: 'answers',
  scoring: 'case by case',
  metric: consistency,
  schema: z.strictObject({ ...caseFields, group: text, text, changed: text }),
  texts: (item) => [item.text, item.changed],
  problemOf(cases) {
    const index = cases.findIndex((item) => normaliseText(item.text) === normaliseText(item.changed));
    if (index >= 0)
      return { what: `the changed text of \`${cases[index]!.id}\` is the text itself`, index, field: 'changed' };
    return contradictionAmong(
      cases,
      (item) => JSON.stringify([normaliseText(item.text), normaliseText(item.changed)]),
      ({ id }) => id,
      'changed',
    );
  },
  asked: (cases) => cases.map((item) => describeCase(item, { texts: [item.changed], about: item.text })),
  score: (cases, outputs, task) =>
    cases.map((_, index) => {
      const [before, after] = [outputs[2 * index]!, outputs[2 * index + 1]!].map(({ answers }) => answers.get(task));
      return {
        score: before?.label === after?.label ? 1 : 0,
        answer: after?.label,
        confidence: after?.confidence ?? null,
      };
    }),
  // A head that gives one answer to every text is stable, so no guess sets a level to exceed.
  chance: () => 0,
  // With more labels, an answer changes more easily.
  fallsWithLabels: true,
  importing: {
    ...twinRows,
    read(row) {
      const { content, claims } = twinRows.read(row, '');
      return { content: { text: content.text, changed: content.perturbed }, claims: claims.slice(0, 1) };
    },
  },
  example: [{ id: '1', text: 'where is my parcel', changed: 'wher is my parcel', group: 'typo' }],
};
