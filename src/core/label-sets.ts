/**
 * Answers of multi-label tasks. The set is the answer: it stands where the label of another task stands, in one form
 * alone, as a JSON array of its labels in the order of their code units. None of the labels is an answer too: `[]`.
 */

/** The one form of a set. A label counts once. */
export function writeLabelSet(labels: Iterable<string>): string {
  return JSON.stringify([...new Set(labels)].sort());
}

/** What writeLabelSet wrote. */
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

/** The labels that an answer gives: of a task whose labels exclude each other, that one. */
export function labelsIn(
  { multiLabel = false }: { readonly multiLabel?: boolean | undefined },
  answer: string,
): string[] {
  return multiLabel ? readLabelSet(answer) : [answer];
}

/** What a set without a label counts as, where people read what is counted by label. */
export const noLabel = '(none)';

/** Under which labels people find a set. */
export function labelsShown(answer: string): string[] {
  const labels = readLabelSet(answer);
  return labels.length === 0 ? [noLabel] : labels;
}

/**
 * The rarest label of an example, by which it is counted and balanced, as in iterative stratification (Sechidis et al.,
 * "On the stratification of multi-label data", ECML 2011): a set as rare as its rarest label would else be lost among
 * the common ones. Of equals the first in the order of their code units; '' for none.
 */
export function rarestLabel(labels: readonly string[], countOf: (label: string) => number): string {
  let [rarest, least] = ['', Number.POSITIVE_INFINITY];
  for (const label of [...labels].sort()) {
    const count = countOf(label);
    if (count < least) [rarest, least] = [label, count];
  }
  return rarest;
}
