/**
 * Seeded changes of a text that must not change the answer. Each example of a held-out set gets one change of a family,
 * drawn by the example's number, so that it gets the same change at every update, whichever other examples are held
 * out.
 */
import { pickWeighted, seededRandom } from '../core/random.js';
import { normaliseText } from '../core/text.js';
import { personChanges } from './perturbations/persons.js';
import type { Perturbation } from './perturbations/perturbation.js';
import { surfaceChanges } from './perturbations/surface.js';

/**
 * robustness: changes of the spelling and form of a text. invariance: changes of its author or of the persons it names.
 */
export const perturbations = { robustness: surfaceChanges, invariance: personChanges } as const;
export type PerturbationFamily = keyof typeof perturbations;

export interface ChangedText {
  /** The name of the perturbation. */
  readonly group: string;
  readonly changed: string;
}

/**
 * @param key permanent name of the text, such as the number of its example
 * @returns undefined if no perturbation of the family can change the text
 */
export function changeText(
  family: PerturbationFamily,
  text: string,
  { key, seed }: { key: string; seed: number },
): ChangedText | undefined {
  const random = seededRandom(seed, 'perturbation', family, key);
  let left: readonly Perturbation[] = perturbations[family];
  while (left.length > 0) {
    const drawn =
      left[
        pickWeighted(
          left.map(({ weight }) => weight),
          random,
        )
      ]!;
    const changed = drawn.change(text, random);
    if (changed !== undefined && changed.trim() !== '' && normaliseText(changed) !== normaliseText(text))
      return { group: drawn.name, changed: normaliseText(changed) };
    left = left.filter((one) => one !== drawn);
  }
  return undefined;
}
