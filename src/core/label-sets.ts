/**
 * Answers of multi-label tasks. The set is the answer: it stands where the label of another task stands, in one form alone, as a JSON
 * array of its labels in the order of their code units. None of the labels is an answer too: `[]`.
 */

import { EspalierError } from './errors.js';

/** The one form of a set. A label counts once. */
export function writeLabelSet(labels: Iterable<string>): string {
  return JSON.stringify([...new Set(labels)].sort());
}

/** What writeLabelSet wrote. @throws DECLARATION_INVALID for a label: the examples of a task were taken in before it became multi-label */
export function readLabelSet(answer: string): string[] {
  const labels = answer.startsWith('[') ? parsed(answer) : undefined;
  if (Array.isArray(labels)) return labels as string[];
  throw new EspalierError(
    'DECLARATION_INVALID',
    `a task is declared multi-label whose examples have one label each, such as \`${answer}\``,
    {
      at: { field: 'tasks' },
      hint: 'Declare another task, and bring the examples to it with their sets of labels.',
    },
  );
}

/** What a task holds already binds it. @param held one of its answers; undefined: it has none. @throws DECLARATION_INVALID */
export function requireNature(
  { name, multiLabel = false }: { readonly name: string; readonly multiLabel?: boolean | undefined },
  held: string | undefined,
): void {
  if (held === undefined || isLabelSet(held) === multiLabel) return;
  const found = multiLabel ? 'one label each, and is declared multi-label' : 'sets of labels, and is not declared multi-label';
  throw new EspalierError('DECLARATION_INVALID', `the task ${name} has examples of ${found}`, {
    at: { file: 'adapter.yaml', field: 'tasks' },
    hint: `Set \`multiLabel: ${!multiLabel}\` for it, or declare a task of another name.`,
  });
}

function isLabelSet(answer: string): boolean {
  const labels = answer.startsWith('[') ? parsed(answer) : undefined;
  return Array.isArray(labels) && labels.every((label) => typeof label === 'string');
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** The labels that an answer gives: of a task whose labels exclude each other, that one. */
export function labelsIn({ multiLabel = false }: { readonly multiLabel?: boolean | undefined }, answer: string): string[] {
  return multiLabel ? readLabelSet(answer) : [answer];
}

/** For people. */
export function describeLabelSet(answer: string): string {
  const labels = readLabelSet(answer);
  return labels.length === 0 ? '(none)' : labels.join(', ');
}

/**
 * The rarest label of an example, by which it is counted and balanced, as in iterative stratification (Sechidis et al., "On the
 * stratification of multi-label data", ECML 2011): a set as rare as its rarest label would else be lost among the common ones. Of equals the
 * first in the order of their code units; '' for none.
 */
export function rarestLabel(labels: readonly string[], countOf: (label: string) => number): string {
  let [rarest, least] = ['', Number.POSITIVE_INFINITY];
  for (const label of [...labels].sort()) {
    const count = countOf(label);
    if (count < least) [rarest, least] = [label, count];
  }
  return rarest;
}
