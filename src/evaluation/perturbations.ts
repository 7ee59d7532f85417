/**
 * Seeded changes of a text that must not change the answer. Each example of a held-out set gets one change of a family,
 * drawn by its own number, so that it gets the same one at every update, whatever else is held out.
 */
import { pickWeighted, seededRandom } from '../core/random.js';
import { normaliseText } from '../core/text.js';
import { personChanges } from './perturbations/persons.js';
import type { Perturbation } from './perturbations/perturbation.js';
import { surfaceChanges } from './perturbations/surface.js';

/** robustness: how a text is written. invariance: who writes it, or of whom. */
export const perturbations = { robustness: surfaceChanges, invariance: personChanges } as const;
export type PerturbationFamily = keyof typeof perturbations;

export interface ChangedText {
  /** The name of the perturbation. */
  readonly group: string;
  readonly changed: string;
}

/**
 * @param key names the text for good, such as the number of its example
 * @returns undefined where no perturbation of the family can change it
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
