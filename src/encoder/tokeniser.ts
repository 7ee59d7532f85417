/**
 * Inspects a text before it is encoded. These declarations mention no tokenizer library, since user programs compile
 * them too.
 */
import type { PaddingSide } from './batches.js';

export interface Tokeniser {
  /** One list of ids per text, special tokens included. A list may be empty. */
  tokenise(texts: readonly string[]): Promise<number[][]>;
  /** Whether any token of the text is other than the unknown token, a space or a boundary. */
  knowsAny(text: string): boolean;
  /**
   * Says whether the text has a known token and whether it is read whole. Without a prompt the text is tokenised once.
   */
  readingOf(text: string): Reading;
  /** Maximum number of tokens of a text, including the special ones; the last `closing` are kept when a text is cut. */
  readonly maximum: number;
  readonly closing: number;
  readonly paddingSide: PaddingSide;
  readonly paddingId: number;
}

export interface Reading {
  /** Whether the text has more tokens than the model reads. */
  readonly isCut: boolean;
  readonly knowsAny: boolean;
}
