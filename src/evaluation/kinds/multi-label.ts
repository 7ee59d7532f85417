/**
 * The adapter's own head answers with a set of labels. A version that has not learned the task gives no answer, which
 * counts as wrong.
 */
import { z } from 'zod';
import { readLabelSet, writeLabelSet } from '../../core/label-sets.js';
import { normaliseText } from '../../core/text.js';
import { rowIsCase } from '../importing/row-shapes.js';
import { type Case, caseFields, contradictionAmong, describeCase, type Kind, text } from '../kind.js';
import { jaccard } from '../metrics/means.js';
import { mean } from '../metrics.js';

export interface MultiLabelCase extends Case {
  readonly text: string;
  /** The expected labels; an empty list is an answer too. */
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
  problemOf: (cases) =>
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
      return {
        score: jaccardIndex(labels, readLabelSet(answer.label)),
        answer: answer.label,
        confidence: answer.confidence,
      };
    }),
  chance: (cases) => scoreOfCommonestSet(cases.map(({ labels }) => labels)),
  importing: {
    ...rowIsCase,
    columns: ['text', 'label'],
    labelColumn: 'labels',
    read(row) {
      const [text, labels] = [row.text('text'), row.labels('label')];
      return { content: { text, labels }, claims: [{ question: text, answer: writeLabelSet(labels) }] };
    },
  },
  example: [
    { id: '1', text: 'the parcel is late and broken', labels: ['damaged', 'late'] },
    { id: '2', text: 'thank you', labels: [] },
  ],
};

/** Mean Jaccard index of giving every case the most common set; ties go to the set that comes first. */
export function scoreOfCommonestSet(sets: readonly (readonly string[])[]): number {
  const counts = new Map<string, number>();
  for (const set of sets) counts.set(writeLabelSet(set), (counts.get(writeLabelSet(set)) ?? 0) + 1);
  const commonest = [...counts].reduce((best, one) =>
    one[1] > best[1] || (one[1] === best[1] && one[0] < best[0]) ? one : best,
  )[0];
  return mean(sets.map((set) => jaccardIndex(set, readLabelSet(commonest))));
}

/**
 * Labels in both sets divided by labels in either; 1 if both are empty.
 *
 * @example jaccardIndex(['a', 'b'], ['b', 'c']) // 1 / 3
 */
export function jaccardIndex(wanted: readonly string[], found: readonly string[]): number {
  const either = new Set([...wanted, ...found]);
  if (either.size === 0) return 1;
  const both = new Set(found);
  return new Set(wanted.filter((label) => both.has(label))).size / either.size;
}
