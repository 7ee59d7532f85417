/**
 * What can be told of a text before it is encoded. No library of tokenizers stands in these declarations: programs
 * compile them, too.
 */
import type { PaddingSide } from './batches.js';

export interface Tokeniser {
  /** One list of ids a text, special tokens included. A text may have none. */
  tokenise(texts: readonly string[]): Promise<number[][]>;
  /** Whether any token of the text says more than that something unknown, a space or an edge is there. */
  knowsAny(text: string): boolean;
  /** The same, and whether the text is read whole. Without a prompt it is tokenised once. */
  readingOf(text: string): Reading;
  /** Most tokens of a text, the special ones included, of which the last `closing` are kept where a text is cut. */
  readonly maximum: number;
  readonly closing: number;
  readonly paddingSide: PaddingSide;
  readonly paddingId: number;
}

export interface Reading {
  /** It has more tokens than the model reads. */
  readonly isCut: boolean;
  readonly knowsAny: boolean;
}
