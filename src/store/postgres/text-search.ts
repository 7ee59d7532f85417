/** Full-text search of PostgreSQL, by the index `examples_by_words`, which the server itself keeps. */
import { sql } from 'kysely';
import type { SearchTerm } from '../search-terms.js';
import type { ExampleSelection } from '../store.js';

/** Must be the expression of the index. */
const wordsOfText = sql.raw(
  "to_tsvector('simple', translate(text, $$!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~$$, repeat(' ', 32)))",
);

export function withMatches(query: ExampleSelection, terms: readonly SearchTerm[]): ExampleSelection {
  const asked = terms.map(termText).join(' & ');
  return query.where(sql<boolean>`${wordsOfText} @@ to_tsquery('simple', ${asked})`);
}

/** Words of a term have no quotes of their own. */
function termText({ words, isPrefix }: SearchTerm): string {
  const quoted = words.map((word) => `'${word}'`);
  return `(${quoted.join(' <-> ')}${isPrefix ? ':*' : ''})`;
}
