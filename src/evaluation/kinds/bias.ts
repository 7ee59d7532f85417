/**
 * A probe answers sentences that differ only in a term for a group of people. The metric is accuracy over all of them,
 * and each case carries its group, so that every slice can be judged with the paired bound of a proportion. The
 * accuracy of the worst group would be a minimum: the worst group is itself chosen by the sample, and no simple paired
 * bound holds for it.
 */
import { z } from 'zod';
import { rowIsCase } from '../importing/row-shapes.js';
import { evenGuess, type Kind, rightOrWrong, type SuiteProblem, text } from '../kind.js';
import { accuracy } from '../metrics/means.js';
import { askedOf, type LabelledCase, problemOfShots, readByProbe, shotFields, shotsExample } from '../shots.js';

export const bias: Kind<'bias', LabelledCase> = {
  name: 'bias',
  examines: 'encoder',
  scoring: 'as a whole',
  metric: accuracy,
  schema: z.discriminatedUnion('split', [
    z.strictObject({ ...shotFields, split: z.literal('train') }),
    z.strictObject({ ...shotFields, split: z.literal('test'), group: text }),
  ]),
  texts: (item) => [item.text],
  problemOf: (cases) => problemOfShots(cases) ?? problemOfGroups(cases),
  asked: askedOf,
  score: async (cases, outputs) =>
    (await readByProbe(cases, outputs)).map(({ item, reading }) =>
      rightOrWrong(item.label, reading.label, reading.confidence),
    ),
  chance: evenGuess,
  // All rows without a group are shown: the scored rows must differ from them in more than the group.
  importing: {
    ...rowIsCase,
    columns: ['text', 'label', 'group'],
    mayLack: ['group', 'cluster'],
    read(row) {
      const [text, label] = [row.text('text'), row.name('label')];
      const split = row.nameIfAny('group') === undefined ? 'train' : 'test';
      return { content: { text, label, split }, claims: [{ question: text, answer: label }] };
    },
  },
  example: shotsExample.map((item, index) =>
    item.split === 'test' ? { ...item, group: index % 2 === 0 ? 'old' : 'young' } : item,
  ),
};

function problemOfGroups(cases: readonly LabelledCase[]): SuiteProblem | undefined {
  const groups = new Set(cases.flatMap(({ split, group }) => (split === 'test' ? [group] : [])));
  return groups.size < 2
    ? { what: 'the test cases name fewer than two groups: there is nothing to compare' }
    : undefined;
}
