/**
 * The words and pairs of words that set some texts apart from others, by their weighted log odds with an informative
 * Dirichlet prior (Monroe, Colaresi & Quinn, "Fightin' words", Political Analysis 2008, eq. 22): z = difference of log
 * odds / its standard deviation. The prior is the frequency in all texts, so that words such as "the" cancel out, and a
 * rare word needs more evidence than a common one.
 */
import { appendAll } from '../../core/sequences.js';
import { wordsOf } from '../../encoder/ngrams.js';

/** Words of prior counts, divided as in all texts. */
const priorWords = 50;

export interface Term {
  readonly term: string;
  readonly z: number;
}

/** Terms more frequent in `texts` than in `others`, the most characteristic first; a term is counted once a text. */
export function characteristicTerms(texts: readonly string[], others: readonly string[]): Term[] {
  const [own, rest] = [countTerms(texts), countTerms(others)];
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
 * A name of at most three words: the most characteristic term, and the next ones that add a word.
 * @returns undefined if no term is more frequent in `texts`
 */
export function proposeName(texts: readonly string[], others: readonly string[]): string | undefined {
  const words: string[] = [];
  for (const { term } of characteristicTerms(texts, others)) {
    const added = term.split(' ').filter((word) => !words.includes(word));
    if (added.length === 0 || words.length + added.length > mostWords) continue;
    appendAll(words, added);
    if (words.length === mostWords) break;
  }
  return words.length === 0 ? undefined : words.join('_');
}

const mostWords = 3;

function countTerms(texts: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) for (const term of termsOf(text)) counts.set(term, (counts.get(term) ?? 0) + 1);
  return counts;
}

/** Distinct words of two letters or more, and pairs of neighbouring words. */
function termsOf(text: string): Set<string> {
  const words = wordsOf(text);
  const pairs = words.slice(1).map((word, index) => `${words[index]} ${word}`);
  return new Set([...words.filter((word) => word.length > 1), ...pairs]);
}

const totalOf = (counts: ReadonlyMap<string, number>) => [...counts.values()].reduce((sum, count) => sum + count, 0);
