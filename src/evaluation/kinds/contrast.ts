/**
 * Two texts that differ little and have different labels, such as a request and its negation: a head is right if it
 * answers both correctly. (Contrast sets: Gardner et al., "Evaluating models' local decision boundaries via contrast
 * sets", Findings of EMNLP 2020.)
 */
import { z } from 'zod';
import { normaliseText } from '../../core/text.js';
import { rowIsCase } from '../importing/row-shapes.js';
import {
  type Case,
  caseFields,
  contradictionAmong,
  describeCase,
  type Kind,
  type SuiteProblem,
  text,
} from '../kind.js';
import { accuracy } from '../metrics/means.js';

export interface ContrastCase extends Case {
  readonly text: string;
  readonly label: string;
  readonly other: string;
  readonly otherLabel: string;
}

export const contrast: Kind<'contrast', ContrastCase> = {
  name: 'contrast',
  examines: 'answers',
  scoring: 'case by case',
  asks: 'one label',
  metric: accuracy,
  schema: z.strictObject({ ...caseFields, text, label: text, other: text, otherLabel: text }),
  texts: (item) => [item.text, item.other],
  problemOf: (cases) => sameLabels(cases) ?? contradictoryAnswers(cases),
  asked: (cases) =>
    cases.map((item) => ({
      ...describeCase(item, { texts: [item.text, item.other], label: item.label }),
      labels: [item.label, item.otherLabel],
    })),
  score: (cases, outputs, task) =>
    cases.map(({ label, otherLabel }, index) => {
      const [one, other] = [outputs[2 * index]!, outputs[2 * index + 1]!].map(({ answers }) => answers.get(task));
      const isRight = one?.label === label && other?.label === otherLabel;
      const confidence = one && other ? Math.min(one.confidence, other.confidence) : null;
      return { score: isRight ? 1 : 0, answer: one && other ? `${one.label} / ${other.label}` : undefined, confidence };
    }),
  /** The chance of guessing both labels, evenly among those that the suite names. */
  chance: (cases) => 1 / new Set(cases.flatMap(({ label, otherLabel }) => [label, otherLabel])).size ** 2,
  importing: {
    ...rowIsCase,
    columns: ['text', 'label', 'other', 'otherLabel'],
    read(row) {
      const [text, label, other, otherLabel] = [
        row.text('text'),
        row.name('label'),
        row.text('other'),
        row.name('otherLabel'),
      ];
      if (label === otherLabel) row.refuse('otherLabel', 'it is the label of the text itself: there is no contrast');
      const claims = [
        { question: text, answer: label },
        { question: other, answer: otherLabel },
      ];
      return { content: { text, label, other, otherLabel }, claims };
    },
  },
  example: [{ id: '1', text: 'cancel my order', label: 'cancel', other: 'do not cancel my order', otherLabel: 'keep' }],
};

function sameLabels(cases: readonly ContrastCase[]): SuiteProblem | undefined {
  const index = cases.findIndex(({ label, otherLabel }) => label === otherLabel);
  return index < 0
    ? undefined
    : {
        what: `both texts of \`${cases[index]!.id}\` have one label: there is no contrast`,
        index,
        field: 'otherLabel',
      };
}

function contradictoryAnswers(cases: readonly ContrastCase[]): SuiteProblem | undefined {
  const texts = cases.flatMap((item) => [
    { id: item.id, text: item.text, label: item.label },
    { id: item.id, text: item.other, label: item.otherLabel },
  ]);
  const lack = contradictionAmong(
    texts,
    (item) => normaliseText(item.text),
    ({ label }) => label,
    'label',
  );
  return lack && { ...lack, ...(lack.index !== undefined && { index: Math.floor(lack.index / 2) }) };
}
