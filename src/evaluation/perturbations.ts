/**
 * Seeded changes of a text that must not change the answer. Each example of a held-out set gets one change of a family, drawn by its own
 * number, so that it gets the same one at every update, whatever else is held out.
 */
import { pickWeighted, type Random, seededRandom } from '../core/random.js';
import { normaliseText } from '../core/text.js';
import { personChanges } from './perturbations/persons.js';
import { surfaceChanges } from './perturbations/surface.js';

export interface Perturbation {
  /** What is said of it in reports, and the slice that its cases belong to. */
  readonly name: string;
  /** How often it is drawn, beside the others of its family. */
  readonly weight: number;
  /** The changed text; undefined where nothing in the text can be changed that way. */
  change(text: string, random: Random): string | undefined;
}

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
