/**
 * The parts of a text that survive an inflection or a typo: its words, every four consecutive letters inside them, and
 * every sign of scripts that write a syllable or a word as one sign. A text that shares none of them with the learned
 * texts is unrelated to them.
 *
 * The hashes of all parts of the learned texts are kept, up to `mostPieces`: the smallest ones, so that the result
 * depends neither on the order of learning nor on how it is split into updates. If some were dropped, every hash above
 * the greatest kept one counts as learned.
 *
 * Cost: 4 bytes per part, and at most 4 MiB. Two parts share a hash of 32 bits by chance; with 100,000 learned parts
 * that happens to an unknown part once in 43,000.
 */
import { hashOf, wordsOf } from './ngrams.js';

export const mostPieces = 1_048_576;

const lettersInPiece = 4;
const sign = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/gu;

/** The distinct words, pieces of words, and signs of a text. */
export function piecesOf(text: string): Set<string> {
  const pieces = new Set<string>();
  for (const word of wordsOf(text)) {
    if (pieces.has(word)) continue;
    pieces.add(word);
    const letters = [...word];
    for (let start = 0; start + lettersInPiece <= letters.length; start++) {
      pieces.add(letters.slice(start, start + lettersInPiece).join(''));
    }
    for (const [one] of word.matchAll(sign)) pieces.add(one);
  }
  return pieces;
}

/** Hashes of all pieces in the texts and in `before`, ascending. */
export function learnPieces(
  texts: Iterable<string>,
  before: Int32Array = new Int32Array(0),
  most = mostPieces,
): Int32Array {
  const hashes = new Set(before);
  for (const text of texts) {
    for (const piece of piecesOf(text)) hashes.add(hashOf(piece));
  }
  return Int32Array.from(hashes).sort().slice(0, most);
}

/** Whether any piece of the text has been learned. A text without words has no pieces to share. */
export function sharesPiece(learned: Int32Array, text: string, most = mostPieces): boolean {
  const unsure = learned.length < most ? Number.POSITIVE_INFINITY : learned[most - 1]!;
  for (const piece of piecesOf(text)) {
    const hash = hashOf(piece);
    if (hash > unsure || includesSorted(learned, hash)) return true;
  }
  return false;
}

function includesSorted(sorted: Int32Array, sought: number): boolean {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < sought) low = middle + 1;
    else high = middle;
  }
  return sorted[low] === sought;
}
