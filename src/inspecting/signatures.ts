/**
 * Signatures: one bit a column of a vector, set where the column is above its mean. The number of differing bits grows
 * with the angle between two vectors (Charikar, "Similarity estimation techniques from rounding algorithms", STOC 2002),
 * so that the nearest vectors are almost surely among those with the fewest, and only these few are compared exactly.
 */

/** 32-bit words of a signature. */
export const wordsOf = (width: number) => Math.ceil(width / 32);

/**
 * @param vectors [n, mean.length] float32, row-major
 * @returns [n, words]; bits beyond the width are 0
 */
export function signaturesOf(vectors: Float32Array, mean: Float32Array): Uint32Array {
  const words = wordsOf(mean.length);
  const count = vectors.length / mean.length;
  const signatures = new Uint32Array(count * words);
  for (let row = 0, at = 0; row < count; row++)
    for (let column = 0; column < mean.length; column++, at++)
      if (vectors[at]! > mean[column]!) signatures[row * words + (column >>> 5)]! |= 1 << (column & 31);
  return signatures;
}

/** Writes the number of bits in which each signature differs from the query's. @param query [words] */
export function writeDistances(signatures: Uint32Array, query: Uint32Array, distances: Uint16Array): void {
  const words = query.length;
  for (let row = 0, at = 0; row < distances.length; row++) {
    let distance = 0;
    for (let word = 0; word < words; word++, at++) distance += bitsIn(signatures[at]! ^ query[word]!);
    distances[row] = distance;
  }
}

/** Number of set bits of a 32-bit word (Warren, "Hacker's Delight", 5-1). */
function bitsIn(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  bits = (bits + (bits >>> 4)) & 0x0f0f0f0f;
  return Math.imul(bits, 0x01010101) >>> 24;
}

/**
 * Positions of the smallest distances, in ascending order of position: at least `count` of them, unless there are fewer.
 * All positions with the largest distance among them are included, so that the order of the rows decides nothing.
 */
export function smallestDistances(distances: readonly Uint16Array[], count: number, most: number): [number, number][] {
  const histogram = new Uint32Array(most + 1);
  for (const block of distances) for (const distance of block) histogram[distance]!++;
  let limit = 0;
  for (let sum = histogram[0]!; sum < count && limit < most; sum += histogram[limit]!) limit++;
  const found: [number, number][] = [];
  for (const [block, own] of distances.entries())
    for (let row = 0; row < own.length; row++) if (own[row]! <= limit) found.push([block, row]);
  return found;
}
