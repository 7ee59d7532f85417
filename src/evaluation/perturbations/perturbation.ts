/** A way to change a text that must not change the answer to it. */
import type { Random } from '../../core/random.js';

export interface Perturbation {
  /** Name in reports, and of the slice that its cases belong to. */
  readonly name: string;
  /** Relative frequency of the perturbation within its family. */
  readonly weight: number;
  /** The changed text; undefined if the perturbation does not apply to the text. */
  change(text: string, random: Random): string | undefined;
}
