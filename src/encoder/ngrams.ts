/**
 * Lexical features of a text, in addition to the model's: the number of its distinct n-grams that fall into each of N
 * buckets.
 *
 * Feature hashing: Weinberger et al., "Feature Hashing for Large Scale Multitask Learning", ICML 2009, without its
 * sign: counts stay counts, as naive Bayes needs them. N-grams that share a bucket become indistinguishable; the hash
 * determines which ones do.
 *
 * The name `ngrams:N` stands for exactly this definition, in every fingerprint; another definition needs another name.
 *
 * Cost: about twelve n-grams and 2 microseconds per word, whatever N is, and 4N bytes of each row. Where rows are newly
 * allocated, the allocation costs more than the counting (docs/encoder.md has the numbers).
 */
import { setImmediate as letEventsThrough } from 'node:timers/promises';
import { normaliseText } from '../core/text.js';

const word = /[\p{L}\p{N}]+(?:'[\p{L}\p{N}]+)*/gu;
/** Lengths of the pieces of a word, in characters. */
const pieceLengths = [3, 4, 5];
/** Number of texts processed between two turns of the event loop: a few milliseconds. */
const textsPerTurn = 128;

/** Columns of a row: those from the model are [0, dense), those that count n-grams are [dense, dense + lexical). */
export interface Widths {
  readonly dense: number;
  /** A power of two, or 0. */
  readonly lexical: number;
}

/** Fills the lexical columns of `rows`, [texts, dense + lexical], which must be zeros. */
export async function fillNgrams(
  texts: readonly string[],
  rows: Float32Array,
  { dense, lexical }: Widths,
): Promise<void> {
  if (lexical === 0) return;
  for (const [row, text] of texts.entries()) {
    if (row % textsPerTurn === textsPerTurn - 1) await letEventsThrough();
    const end = (row + 1) * (dense + lexical);
    countNgrams(text, rows.subarray(end - lexical, end));
  }
}

/** Adds 1 to the bucket of each distinct n-gram of the text. [buckets], a power of two. */
export function countNgrams(text: string, counts: Float32Array): void {
  const lastBucket = counts.length - 1;
  for (const ngram of ngramsOf(text)) counts[hashOf(ngram) & lastBucket]! += 1;
}

/** The bucket of each distinct n-gram of the text. @param buckets a power of two */
export function ngramBuckets(text: string, buckets: number): number[] {
  return Array.from(ngramsOf(text), (ngram) => hashOf(ngram) & (buckets - 1));
}

/**
 * The n-grams of a text: "1WORD"; "2WORD WORD", with the text's ends as <s> and </s>; "cPIECE" of "<WORD>", so that
 * pieces show where a word begins and ends.
 */
export function ngramsOf(text: string): Set<string> {
  const ngrams = new Set<string>();
  let before = '<s>';
  for (const word of wordsOf(text)) {
    ngrams.add(`2${before} ${word}`);
    before = word;
    // A repeated word adds no new n-gram.
    if (ngrams.has(`1${word}`)) continue;
    ngrams.add(`1${word}`);
    addPieces(word, ngrams);
  }
  return ngrams.add(`2${before} </s>`);
}

/** The words of a text in lower case, in their order. */
export const wordsOf = (text: string): readonly string[] => normaliseText(text).toLowerCase().match(word) ?? [];

/** Whether the text contains a letter or a digit to make n-grams of. */
export const hasWords = (text: string) => normaliseText(text).search(word) >= 0;

function addPieces(word: string, ngrams: Set<string>): void {
  const whole = `<${word}>`;
  const edges = characterEdges(whole);
  for (const length of pieceLengths) {
    for (let start = 0; start + length < edges.length; start++) {
      ngrams.add(`c${whole.slice(edges[start], edges[start + length])}`);
    }
  }
}

/** Index at which each character (code point) begins, followed by the index at which the last one ends. */
function characterEdges(text: string): number[] {
  const edges = [0];
  for (const character of text) edges.push(edges.at(-1)! + character.length);
  return edges;
}

const utf8 = new TextEncoder();

/**
 * FNV-1a over UTF-8 (http://www.isthe.com/chongo/tech/comp/fnv/), then the finaliser of MurmurHash3 (Appleby,
 * `fmix32`): the bucket is given by the low bits, which FNV alone mixes poorly. Signed 32 bits.
 */
export function hashOf(ngram: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < ngram.length; i++) {
    const code = ngram.charCodeAt(i);
    // ASCII characters are one byte each; from the first other character on, the text is encoded as UTF-8.
    if (code >= 0x80) {
      for (const byte of utf8.encode(ngram.slice(i))) hash = Math.imul(hash ^ byte, 0x01000193);
      break;
    }
    hash = Math.imul(hash ^ code, 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
