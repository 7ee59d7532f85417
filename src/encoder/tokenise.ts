/** Converts texts to token ids, cut to the length that the model reads. */
import { setImmediate as letEventsThrough } from 'node:timers/promises';
import type { PreTrainedTokenizer } from '@huggingface/transformers';
import type { Tokeniser } from './tokeniser.js';

/** Maximum number of tokens when neither the tokenizer nor the model declares one. */
const usualMaximum = 512;
/**
 * Texts tokenised between two turns of the event loop: tokenising is synchronous, at several thousand short texts per
 * second.
 */
const textsPerTurn = 128;
/**
 * Number of characters tokenised per token that fits; the model could not read the remainder of a longer text anyway.
 * Unicode NFKC writes some characters as eighteen, and a text of very many tokens breaks the tokenizer.
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

/** The beginning of a text that is at most `length` characters long in Unicode NFKC, to within a factor of two. */
function beginningOf(text: string, length: number): string {
  let end = Math.min(text.length, length);
  while (end > 1 && text.slice(0, end).normalize('NFKC').length > length) end = Math.floor(end / 2);
  // A surrogate pair must not be cut in two.
  return text.slice(0, /[\ud800-\udbff]/.test(text[end - 1] ?? '') ? end - 1 : end);
}

function maximumTokens(declared: number, positions = Number.POSITIVE_INFINITY): number {
  // Many tokenizer_config.json files write "no limit" as 1e30.
  const maximum = Math.min(declared, positions);
  return maximum < 1e9 ? maximum : usualMaximum;
}

function idsOf(tokenizer: PreTrainedTokenizer, text: string, addSpecialTokens = true): number[] {
  const encoded = tokenizer(text, { add_special_tokens: addSpecialTokens, return_tensor: false });
  return encoded.input_ids as unknown as number[];
}

/** The token for unknown text, the special tokens, and the tokens of an empty text and of a space. */
function silentTokens(tokenizer: PreTrainedTokenizer): ReadonlySet<number> {
  const unknown = tokenizer.unk_token_id;
  return new Set([
    ...(typeof unknown === 'number' ? [unknown] : []),
    ...idsOf(tokenizer, ''),
    ...idsOf(tokenizer, ' '),
  ]);
}

/** Number of special tokens that follow a text: 1 for BERT's [SEP]. */
function closingTokens(tokenizer: PreTrainedTokenizer): number {
  const whole = idsOf(tokenizer, 'a');
  const bare = idsOf(tokenizer, 'a', false);
  const start = whole.findIndex((_, index) => bare.every((id, offset) => whole[index + offset] === id));
  return start < 0 ? 0 : whole.length - start - bare.length;
}

/**
 * Cuts a text but keeps the closing special tokens, which `last` pooling reads; the library's own truncation drops
 * them.
 */
function truncate(ids: number[], maximum: number, closing: number): number[] {
  if (ids.length <= maximum) return ids;
  return [...ids.slice(0, maximum - closing), ...ids.slice(ids.length - closing)];
}
