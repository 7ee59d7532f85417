/** Texts -> token ids, cut to what the model can hold. */
import { setImmediate as letEventsThrough } from 'node:timers/promises';
import type { PreTrainedTokenizer } from '@huggingface/transformers';
import type { Tokeniser } from './tokeniser.js';

/** Where neither the tokenizer nor the model says how many tokens fit. */
const usualMaximum = 512;
/**
 * Tokenising is synchronous, at several thousand short texts a second: no more than this many between two turns of the
 * event loop.
 */
const textsPerTurn = 128;
/**
 * Characters that are tokenised for each token that fits; the rest of a longer text could not be read anyway. Unicode
 * NFKC writes some characters as eighteen, and a text of very many tokens breaks the tokenizer.
 */
const charactersPerToken = 64;

/** @param positions `max_position_embeddings` of the model's config, when it has one */
export function newTokeniser(tokenizer: PreTrainedTokenizer, prompt: string, positions: number | undefined): Tokeniser {
  const maximum = maximumTokens(tokenizer.model_max_length, positions);
  const closing = closingTokens(tokenizer);
  const silent = silentTokens(tokenizer);
  const beginningIds = (text: string) => idsOf(tokenizer, beginningOf(text, maximum * charactersPerToken));
  const hasKnown = (ids: readonly number[]) => ids.some((id) => !silent.has(id));
  return {
    knowsAny: (text) => hasKnown(beginningIds(text)),
    readingOf(text) {
      const ids = beginningIds(text);
      const read = prompt === '' ? ids : beginningIds(prompt + text);
      return { isCut: read.length > maximum, knowsAny: hasKnown(ids) };
    },
    maximum,
    closing,
    paddingSide: tokenizer.padding_side === 'left' ? 'left' : 'right',
    paddingId: tokenizer.pad_token_id ?? 0,
    async tokenise(texts) {
      const tokens: number[][] = [];
      for (const [index, text] of texts.entries()) {
        if (index % textsPerTurn === textsPerTurn - 1) await letEventsThrough();
        tokens.push(truncate(beginningIds(prompt + text), maximum, closing));
      }
      return tokens;
    },
  };
}

/** As much of a text as is at most `length` characters long in Unicode NFKC, to within a factor of two. */
function beginningOf(text: string, length: number): string {
  let end = Math.min(text.length, length);
  while (end > 1 && text.slice(0, end).normalize('NFKC').length > length) end = Math.floor(end / 2);
  // A surrogate pair is not cut in two.
  return text.slice(0, /[\ud800-\udbff]/.test(text[end - 1] ?? '') ? end - 1 : end);
}

function maximumTokens(declared: number, positions = Number.POSITIVE_INFINITY): number {
  // "No limit" is written as 1e30 in many a tokenizer_config.json.
  const maximum = Math.min(declared, positions);
  return maximum < 1e9 ? maximum : usualMaximum;
}

function idsOf(tokenizer: PreTrainedTokenizer, text: string, addSpecialTokens = true): number[] {
  const encoded = tokenizer(text, { add_special_tokens: addSpecialTokens, return_tensor: false });
  return encoded.input_ids as unknown as number[];
}

/** The token of the unknown, the special ones, and those that an empty text or a space has. */
function silentTokens(tokenizer: PreTrainedTokenizer): ReadonlySet<number> {
  const unknown = tokenizer.unk_token_id;
  return new Set([
    ...(typeof unknown === 'number' ? [unknown] : []),
    ...idsOf(tokenizer, ''),
    ...idsOf(tokenizer, ' '),
  ]);
}

/** How many special tokens follow a text: 1 for BERT's [SEP]. */
function closingTokens(tokenizer: PreTrainedTokenizer): number {
  const whole = idsOf(tokenizer, 'a');
  const bare = idsOf(tokenizer, 'a', false);
  const start = whole.findIndex((_, index) => bare.every((id, offset) => whole[index + offset] === id));
  return start < 0 ? 0 : whole.length - start - bare.length;
}

/**
 * The library's own truncation cuts the closing special tokens off, which `last` pooling reads; this one keeps them.
 */
function truncate(ids: number[], maximum: number, closing: number): number[] {
  if (ids.length <= maximum) return ids;
  return [...ids.slice(0, maximum - closing), ...ids.slice(ids.length - closing)];
}
