/**
 * The words and pairs of words that set some texts apart from others, by their weighted log odds with an informative
 * Dirichlet prior (Monroe, Colaresi & Quinn, "Fightin' words", Political Analysis 2008, eq. 22): z = difference of log
 * odds / its standard deviation. The prior is the frequency in all texts, so that words such as "the" cancel out, and a
 * rare word needs more evidence than a common one.
 */
import { appendAll } from '../../core/sequences.js';
import { wordsOf } from '../../encoder/ngrams.js';

/**
 * Words of prior counts, divided as in all texts. With 50 a name of a cluster of 20 texts was made of "how many are"; from
 * 3,000 on the word that only they have comes first (CLINC150, validation).
 */
const priorWords = 3000;
/** Words in more than this share of the other texts are in no name. */
const mostCommon = 0.05;

export interface Term {
  readonly term: string;
  readonly z: number;
}

/** Terms more frequent in `texts` than in `others`, the most characteristic first; a term is counted once a text. */
export function characteristicTerms(texts: readonly string[], others: readonly string[]): Term[] {
  const [own, rest] = [countBy(texts, termsOf), countBy(others, termsOf)];
  const [ownTotal, restTotal] = [totalOf(own), totalOf(rest)];
  const terms = [...own].map(([term, count]) => {
    const other = rest.get(term) ?? 0;
    const prior = (priorWords * (count + other)) / (ownTotal + restTotal);
    const logOdds = (times: number, total: number) => Math.log((times + prior) / (total + priorWords - times - prior));
    const deviation = Math.sqrt(1 / (count + prior) + 1 / (other + prior));
    return { term, z: (logOdds(count, ownTotal) - logOdds(other, restTotal)) / deviation };
  });
  return terms.filter(({ z }) => z > 0).sort((a, b) => b.z - a.z || (a.term < b.term ? -1 : 1));
}

/**
 * A name of at most three words: the most characteristic term, and the next ones that add a word. Words that are common in
 * the other texts are left out, whatever the language.
 * @returns undefined if no other word is more frequent in `texts`
 */
export function proposeName(texts: readonly string[], others: readonly string[]): string | undefined {
  const frequency = countBy(others, (text) => new Set(wordsOf(text)));
  const isCommon = (word: string) => (frequency.get(word) ?? 0) > Math.max(1, mostCommon * others.length);
  const words: string[] = [];
  for (const { term } of characteristicTerms(texts, others)) {
    const added = term.split(' ').filter((word) => !words.includes(word));
    if (added.length === 0 || words.length + added.length > mostWords || added.some(isCommon)) continue;
    appendAll(words, added);
    if (words.length === mostWords) break;
  }
  return words.length === 0 ? undefined : words.join('_');
}

const mostWords = 3;

function countBy(texts: readonly string[], termsIn: (text: string) => ReadonlySet<string>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) for (const term of termsIn(text)) counts.set(term, (counts.get(term) ?? 0) + 1);
  return counts;
}

/** Distinct words of two letters or more, and pairs of neighbouring words. */
function termsOf(text: string): Set<string> {
  const words = wordsOf(text);
  const pairs = words.slice(1).map((word, index) => `${words[index]} ${word}`);
  return new Set([...words.filter((word) => word.length > 1), ...pairs]);
}

const totalOf = (counts: ReadonlyMap<string, number>) => [...counts.values()].reduce((sum, count) => sum + count, 0);
