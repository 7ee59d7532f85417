/**
 * Shingles: the set of all runs of four characters of a text, by which near-duplicates are recognised (Broder, "On the
 * resemblance and containment of documents", 1997). The text is read in the normal form of `sameTextForm`, so that
 * letter case, white space and final punctuation do not count.
 */
import { sameTextForm } from './text.js';

/** Length of a shingle in UTF-16 units. */
const length = 4;

/**
 * The distinct shingles of a text, ascending. A text of fewer than four characters is one shingle; an empty text has
 * none. A shingle is a 32-bit number: of Latin-1 letters the shingle itself, one byte a letter; of other letters a hash,
 * so that two of its shingles are taken for one with a probability of 2^-32 (Leskovec, Rajaraman and Ullman, "Mining of
 * Massive Datasets", section 3.2.3).
 * @returns [distinct shingles] int32
 */
export function shinglesOf(text: string): Int32Array {
  const form = sameTextForm(text);
  if (form === '') return new Int32Array(0);
  const shingles = new Int32Array(Math.max(1, form.length - length + 1));
  let low = 0;
  let high = 0;
  for (let index = 0; index < form.length; index++) {
    const unit = form.charCodeAt(index);
    // The last four units: their low bytes, and their high bytes.
    low = (low << 8) | (unit & 0xff);
    high = (high << 8) | (unit >>> 8);
    const place = Math.max(0, index - length + 1);
    shingles[place] = low ^ scramble(high);
  }
  return distinct(shingles.sort());
}

/** A bijection of the 32-bit numbers that leaves 0 as it is: the finaliser of MurmurHash3 (Appleby). */
export function scramble(number: number): number {
  let bits = number;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return bits ^ (bits >>> 16);
}

/** @param sorted changed in place */
function distinct(sorted: Int32Array): Int32Array {
  let count = 1;
  for (let index = 1; index < sorted.length; index++)
    if (sorted[index] !== sorted[index - 1]) sorted[count++] = sorted[index]!;
  return count === sorted.length ? sorted : sorted.slice(0, count);
}

/**
 * The Jaccard similarity of two sets of shingles: the size of their intersection by that of their union; of two empty
 * sets 0. With `atLeast` the comparison ends early, with 0, where the similarity is known to be smaller.
 * @example similarityOf(shinglesOf('where is my parcel'), shinglesOf('where is my parcel now')) // 0.79
 */
export function similarityOf(a: Int32Array, b: Int32Array, atLeast = 0): number {
  const total = a.length + b.length;
  if (total === 0) return 0;
  // Similarity is shared / (total - shared).
  let missesLeft = total - 2 * Math.ceil((atLeast * total) / (1 + atLeast) - 1e-9);
  let shared = 0;
  let left = 0;
  let right = 0;
  while (left < a.length && right < b.length && missesLeft >= 0) {
    const difference = a[left]! - b[right]!;
    if (difference === 0) shared++;
    else missesLeft--;
    if (difference <= 0) left++;
    if (difference >= 0) right++;
  }
  const similarity = shared / (total - shared);
  return missesLeft >= 0 && similarity >= atLeast ? similarity : 0;
}
