/**
 * What a full-text search asks for. Words may stand in any place of a text; words in quotes stand side by side, in that
 * order; a word that ends in `*` stands for every word that begins so. All terms must occur. Letter case is ignored,
 * accents are not. Everything else that a person types separates words, so that no text is an error of the database.
 */
import { EspalierError } from '../core/errors.js';

export interface SearchTerm {
  /** Letters, digits and marks only; several words are a phrase. */
  readonly words: readonly string[];
  /** Whether the last word is only the beginning of one. */
  readonly isPrefix: boolean;
}

/**
 * @throws USAGE where the text has no word
 * @example parseSearch('"money back" refund*') // [{ words: ['money', 'back'] }, { words: ['refund'], isPrefix: true }]
 */
export function parseSearch(text: string): SearchTerm[] {
  const terms = [...text.matchAll(/"([^"]*)"?(\*?)|([^\s"]+)/gu)].flatMap(([whole, phrase]) =>
    termOf(phrase ?? whole, whole),
  );
  if (terms.length > 0) return terms;
  throw new EspalierError('USAGE', 'the search has no word: only letters and digits are searched', {
    hint: 'Search for words, such as `refund`, `"money back"` or `refund*`; `contains` finds any characters.',
    parameters: ['search', 'contains'],
  });
}

function termOf(content: string, whole: string): SearchTerm[] {
  const words = content.match(/[\p{L}\p{N}\p{M}\p{Co}]+/gu) ?? [];
  return words.length === 0 ? [] : [{ words, isPrefix: whole.endsWith('*') }];
}
