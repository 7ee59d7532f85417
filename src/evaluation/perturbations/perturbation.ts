/** One way to change a text that must not change the answer to it. */
import type { Random } from '../../core/random.js';

export interface Perturbation {
  /** What is said of it in reports, and the slice that its cases belong to. */
  readonly name: string;
  /** How often it is drawn, beside the others of its family. */
  readonly weight: number;
  /** The changed text; undefined where nothing in the text can be changed that way. */
  change(text: string, random: Random): string | undefined;
}
