/** The adapter's own head answers with a set of labels. What has not learned the task yet has no answer, which is a wrong one. */
import { z } from 'zod';
import { readLabelSet, writeLabelSet } from '../../core/label-sets.js';
import { normaliseText } from '../../core/text.js';
import { type Case, caseFields, contradictionAmong, describeCase, type Kind, text } from '../kind.js';
import { jaccard } from '../metrics/means.js';

export interface MultiLabelCase extends Case {
  readonly text: string;
  /** None is an answer too. */
  readonly labels: readonly string[];
  readonly tags?: Readonly<Record<string, string>> | undefined;
}

export const multiLabel: Kind<'multi-label', MultiLabelCase> = {
  name: 'multi-label',
  examines: 'answers',
  scoring: 'case by case',
  asks: 'a set of labels',
  metric: jaccard,
  schema: z.strictObject({ ...caseFields, text, labels: z.array(text), tags: z.record(text, text).optional() }),
  texts: (item) => [item.text],
  lackOf: (cases) =>
    contradictionAmong(
      cases,
      (item) => normaliseText(item.text),
      ({ labels }) => writeLabelSet(labels),
      'labels',
    ),
  asked: (cases) =>
    cases.map((item) => ({
      ...describeCase(item, { texts: [item.text], label: writeLabelSet(item.labels), tags: item.tags }),
      labels: item.labels,
    })),
  score: (cases, outputs, task) =>
    cases.map(({ labels }, index) => {
      const answer = outputs[index]!.answers.get(task);
      if (!answer) return { score: 0, answer: undefined, confidence: null };
      return { score: jaccardIndex(labels, readLabelSet(answer.label)), answer: answer.label, confidence: answer.confidence };
    }),
};

/** Labels in both sets among those in either; 1 where both are empty. */
export function jaccardIndex(wanted: readonly string[], found: readonly string[]): number {
  const either = new Set([...wanted, ...found]);
  if (either.size === 0) return 1;
  const both = new Set(found);
  return new Set(wanted.filter((label) => both.has(label))).size / either.size;
}
