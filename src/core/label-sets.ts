/**
 * Answers of multi-label tasks. A label set is one answer: it is stored in place of a label, always in the same form,
 * as a JSON array of its labels in the order of their code units. The empty set is an answer, too: `[]`.
 */

/** Writes the set in its only form, without duplicate labels. */
export function writeLabelSet(labels: Iterable<string>): string {
  return JSON.stringify([...new Set(labels)].sort());
}

/** Reads a set that writeLabelSet wrote. */
export function readLabelSet(answer: string): string[] {
  return JSON.parse(answer) as string[];
}

/** Whether writeLabelSet could have written it. */
export function isLabelSet(answer: string): boolean {
  try {
    const labels: unknown = JSON.parse(answer);
    return (
      Array.isArray(labels) && labels.every((label) => typeof label === 'string') && writeLabelSet(labels) === answer
    );
  } catch {
    return false;
  }
}

/** The labels of an answer; for a single-label task, the answer itself. */
export function labelsIn(
  { multiLabel = false }: { readonly multiLabel?: boolean | undefined },
  answer: string,
): string[] {
  return multiLabel ? readLabelSet(answer) : [answer];
}

/** Display name of the empty set in tables by label. */
export const noLabel = '(none)';

/** The labels under which a set is shown. */
export function labelsShown(answer: string): string[] {
  const labels = readLabelSet(answer);
  return labels.length === 0 ? [noLabel] : labels;
}

/**
 * The rarest label of an example, by which it is counted and balanced, as in iterative stratification (Sechidis et al.,
 * "On the stratification of multi-label data", ECML 2011): otherwise an example with a rare label would be lost among
 * the common ones. Ties go to the first in the order of code units; '' for no labels.
 */
export function rarestLabel(labels: readonly string[], countOf: (label: string) => number): string {
  let [rarest, least] = ['', Number.POSITIVE_INFINITY];
  for (const label of [...labels].sort()) {
    const count = countOf(label);
    if (count < least) [rarest, least] = [label, count];
  }
  return rarest;
}
