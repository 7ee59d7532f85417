/** The adapter's own head answers. A version that has not learned the task gives no answer, which counts as wrong. */
import { z } from 'zod';
import { labelledRows } from '../importing/row-shapes.js';
import { type Case, caseFields, describeCase, evenGuess, type Kind, rightOrWrong, text } from '../kind.js';
import { accuracy } from '../metrics/means.js';
import { contradictoryLabels } from '../shots.js';

export interface ClassificationCase extends Case {
  readonly text: string;
  readonly label: string;
  /** Further properties that scores can be grouped by, such as `source`. */
  readonly tags?: Readonly<Record<string, string>> | undefined;
}

export const classification: Kind<'classification', ClassificationCase> = {
  name: 'classification',
  examines: 'answers',
  scoring: 'case by case',
  asks: 'one label',
  metric: accuracy,
  schema: z.strictObject({ ...caseFields, text, label: text, tags: z.record(text, text).optional() }),
  texts: (item) => [item.text],
  problemOf: contradictoryLabels,
  asked: (cases) =>
    cases.map((item) => ({
      ...describeCase(item, { texts: [item.text], label: item.label, tags: item.tags }),
      labels: [item.label],
    })),
  score: (cases, outputs, task) =>
    cases.map(({ label }, index) => {
      const answer = outputs[index]!.answers.get(task);
      return rightOrWrong(label, answer?.label, answer?.confidence ?? null);
    }),
  chance: evenGuess,
  importing: labelledRows,
  example: [
    { id: '1', text: 'where is my parcel', label: 'delivery' },
    { id: '2', text: 'i want my money back', label: 'refund' },
  ],
};
