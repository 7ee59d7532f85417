/** Suites that show a few labelled cases and score others. */
import { z } from 'zod';
import { normaliseText } from '../core/text.js';
import type { AdapterOutput } from '../versions/adapter-session.js';
import { fitProbe, type Reading } from './algorithms/probe.js';
import {
  type AskedCase,
  type Case,
  caseFields,
  contradictionAmong,
  describeCase,
  type SuiteProblem,
  text,
} from './kind.js';

export const shotFields = { ...caseFields, text, label: text, split: z.enum(['train', 'test']) };

export interface SplitCase extends Case {
  readonly text: string;
  readonly split: 'train' | 'test';
}

export interface LabelledCase extends SplitCase {
  readonly label: string;
}

/** Two labels, each with one shown and one asked text. */
export const shotsExample: readonly LabelledCase[] = [
  { id: 's1', text: 'where is my parcel', label: 'delivery', split: 'train' },
  { id: 's2', text: 'i want my money back', label: 'refund', split: 'train' },
  { id: '1', text: 'the parcel has not come', label: 'delivery', split: 'test' },
  { id: '2', text: 'how do i get a refund', label: 'refund', split: 'test' },
];

export interface Answered<Own extends Case> {
  readonly item: Own;
  readonly vector: Float32Array;
}

/** The shown and the asked cases, each with its adapted embedding. */
export function splitCases<Own extends SplitCase>(
  cases: readonly Own[],
  outputs: readonly AdapterOutput[],
): { shots: Answered<Own>[]; asked: Answered<Own>[] } {
  const rows = cases.map((item, index) => ({ item, vector: outputs[index]!.adapted }));
  return {
    shots: rows.filter(({ item }) => item.split === 'train'),
    asked: rows.filter(({ item }) => item.split === 'test'),
  };
}

export function vectorsOf(answered: readonly Answered<Case>[]): Float32Array[] {
  return answered.map(({ vector }) => vector);
}

/** The answers of a probe, fitted on the shots, for each asked case. */
export async function readByProbe<Own extends LabelledCase>(
  cases: readonly Own[],
  outputs: readonly AdapterOutput[],
): Promise<{ item: Own; reading: Reading }[]> {
  const { shots, asked } = splitCases(cases, outputs);
  const labels = shots.map(({ item }) => item.label);
  const probe = await fitProbe(vectorsOf(shots), labels);
  return asked.map(({ item, vector }) => ({ item, reading: probe.read(vector) }));
}

export function askedOf(cases: readonly LabelledCase[]): AskedCase[] {
  return cases
    .filter(({ split }) => split === 'test')
    .map((item) => describeCase(item, { texts: [item.text], label: item.label }));
}

export function problemOfShots(cases: readonly LabelledCase[]): SuiteProblem | undefined {
  const shown = new Set(cases.filter(({ split }) => split === 'train').map(({ label }) => label));
  if (shown.size < 2) return { what: 'the training cases have fewer than two labels' };
  if (!cases.some(({ split }) => split === 'test')) return { what: 'there are no test cases' };
  const index = cases.findIndex(({ label }) => !shown.has(label));
  const unknown = cases[index];
  if (unknown)
    return { what: `no training case has the label \`${unknown.label}\` of \`${unknown.id}\``, index, field: 'label' };
  return problemOfSplit(cases) ?? contradictoryLabels(cases);
}

/** A text that is shown cannot be scored. */
export function problemOfSplit(cases: readonly SplitCase[]): SuiteProblem | undefined {
  const shown = new Map(
    cases.flatMap((item) => (item.split === 'train' ? [[normaliseText(item.text), item.id] as const] : [])),
  );
  const index = cases.findIndex((item) => item.split === 'test' && shown.has(normaliseText(item.text)));
  const leaked = cases[index];
  if (!leaked) return undefined;
  return {
    what: `the test case \`${leaked.id}\` has the text of the training case \`${shown.get(normaliseText(leaked.text))}\``,
    index,
    field: 'text',
  };
}

export function contradictoryLabels(
  cases: readonly (Case & { readonly text: string; readonly label: string })[],
): SuiteProblem | undefined {
  return contradictionAmong(
    cases,
    (item) => normaliseText(item.text),
    ({ label }) => label,
    'label',
  );
}
