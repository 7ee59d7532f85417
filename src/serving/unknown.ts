/**
 * Reasons to withhold an answer: the text shares nothing with what the encoder or the version knows, or the confidence
 * is too low.
 */

import type { Encoder } from '../encoder/encoder.js';
import { hasWords } from '../encoder/ngrams.js';
import { sharesPiece } from '../encoder/pieces.js';
import type { Answer } from '../versions/adapter-session.js';
import type { Manifest } from '../versions/manifest.js';

export interface Known {
  readonly encoder: Pick<Encoder, 'knowsAny'>;
  /** Pieces that the version has learned; absent if it was made before they were stored. */
  readonly pieces?: Int32Array | undefined;
}

/** Reasons that depend on the text alone, not on the answer. */
export function reasonInText({ encoder, pieces }: Known, text: string): string | undefined {
  if (!hasWords(text)) return 'the text has no letter and no digit';
  if (!encoder.knowsAny(text)) return 'the encoder knows no token of the text';
  return !pieces || sharesPiece(pieces, text)
    ? undefined
    : 'no word of the text, and no part of one, occurs in what was learned';
}

/** A task without a threshold, such as a multi-label task or one with few held-out texts, answers at any confidence. */
export function reasonInAnswer(
  { unknown }: Pick<Manifest, 'unknown'>,
  task: string,
  { confidence }: Answer,
): string | undefined {
  const threshold = unknown?.[task]?.threshold ?? null;
  if (threshold === null || confidence >= threshold) return undefined;
  return `the confidence is below ${(threshold * 100).toFixed(1)} %, the threshold for unknown texts`;
}
