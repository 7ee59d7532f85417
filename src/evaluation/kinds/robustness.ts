/**
 * A text and a perturbed twin of it: a case is right if the twin's nearest neighbour among all the clean texts is its
 * own text. It needs no labels, so only the embedding of the perturbed text decides. Ties go to the first text in the
 * file, so that an adapter which maps all texts to one vector is right once.
 */
import { z } from 'zod';
import { normaliseText } from '../../core/text.js';
import { nearest } from '../algorithms/similarity.js';
import { twinRows } from '../importing/row-shapes.js';
import { type Case, caseFields, contradictionAmong, describeCase, type Kind, rightOrWrong, text } from '../kind.js';
import { accuracy } from '../metrics/means.js';

export interface TwinCase extends Case {
  readonly text: string;
  readonly perturbed: string;
  /** Name of the perturbation, such as `typo`. */
  readonly group: string;
}

export const robustness: Kind<'robustness', TwinCase> = {
  name: 'robustness',
  examines: 'encoder',
  scoring: 'as a whole',
  metric: accuracy,
  schema: z.strictObject({ ...caseFields, group: text, text, perturbed: text }),
  texts: (item) => [item.text, item.perturbed],
  problemOf(cases) {
    if (cases.length < 2) return { what: 'there are fewer than two texts: there is nothing to tell apart' };
    return contradictionAmong(
      cases,
      (item) => normaliseText(item.text),
      ({ id }) => id,
      'text',
    );
  },
  asked: (cases) => cases.map((item) => describeCase(item, { texts: [item.perturbed], about: item.text })),
  async score(cases, outputs) {
    const clean = cases.map((_, index) => outputs[2 * index]!.adapted);
    const perturbed = cases.map((_, index) => outputs[2 * index + 1]!.adapted);
    const found = await nearest(perturbed, clean, 1);
    return cases.map(({ id }, index) => rightOrWrong(id, cases[found[index]![0]!.index]!.id, null));
  },
  chance: (cases) => 1 / cases.length,
  importing: twinRows,
  example: [
    { id: '1', text: 'where is my parcel', perturbed: 'wher is my parcel', group: 'typo' },
    { id: '2', text: 'i want my money back', perturbed: 'I WANT MY MONEY BACK', group: 'case' },
  ],
};
