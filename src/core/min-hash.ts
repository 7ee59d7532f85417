/**
 * MinHash signatures in bands (locality-sensitive hashing): two sets of shingles share a band the more likely, the more
 * similar they are, so that an index of bands finds the near-duplicates of a text among millions.
 *
 * signature: for each of several random permutations of the 32-bit numbers, the smallest permuted shingle. Two sets
 *            agree in a minimum with a probability equal to their Jaccard similarity (Broder, "On the resemblance and
 *            containment of documents", 1997).
 * band:      a hash of some consecutive minima. With b bands of r minima two sets of similarity s share a band with the
 *            probability 1 - (1 - s^r)^b (Leskovec, Rajaraman and Ullman, "Mining of Massive Datasets", section 3.4).
 *
 * A shared band makes a pair a candidate only; `similarityOf` decides.
 */
import { seededRandom } from './random.js';
import { scramble } from './shingles.js';

export interface Banding {
  readonly bands: number;
  /** Minima in a band. */
  readonly rows: number;
}

/** The probability with which a pair of this similarity shares a band. */
export function chanceToMeet(similarity: number, { bands, rows }: Banding): number {
  return 1 - (1 - similarity ** rows) ** bands;
}

/** Permutations that a signature of `bandingFor` has at most. */
const mostPermutations = 120;

/**
 * The most selective bands with which at least 99 % of the pairs at a threshold meet, and more of those above it.
 * @param threshold at least 0.5
 */
export function bandingFor(threshold: number): Banding {
  for (let rows = 12; rows > 2; rows--) {
    const banding = { bands: Math.floor(mostPermutations / rows), rows };
    if (chanceToMeet(threshold, banding) >= 0.99) return banding;
  }
  return { bands: mostPermutations / 2, rows: 2 };
}

/**
 * Computes the bands of sets of shingles. About 6 microseconds for a text of 60 characters and 72 permutations; time
 * grows with the product of both.
 */
export class MinHasher {
  readonly banding: Banding;
  /** A permutation of the 32-bit numbers is x -> multiplier * x + summand, with an odd multiplier. */
  readonly #multipliers: Int32Array;
  readonly #summands: Int32Array;
  #scrambled = new Int32Array(256);

  constructor(banding: Banding) {
    this.banding = banding;
    const count = banding.bands * banding.rows;
    // Bands are stored: the permutations must stay as they are.
    const random = seededRandom('min-hash');
    this.#multipliers = new Int32Array(count);
    this.#summands = new Int32Array(count);
    for (let index = 0; index < count; index++) {
      this.#multipliers[index] = random.integer(2 ** 32) | 1;
      this.#summands[index] = random.integer(2 ** 32) | 0;
    }
  }

  /**
   * The bands of a set; none of an empty set. The hash of a band includes its number, so that different bands do not
   * meet.
   * @param shingles distinct @param salt 32 bits; sets with different salts do not meet
   * @returns [bands] int32
   */
  bandsOf(shingles: Int32Array, salt = 0): Int32Array {
    if (shingles.length === 0) return new Int32Array(0);
    const scrambled = this.#scramble(shingles);
    const { bands, rows } = this.banding;
    const hashes = new Int32Array(bands);
    for (let band = 0; band < bands; band++) {
      let hash = scramble(salt ^ Math.imul(band + 1, 0x9e3779b1));
      for (let row = 0; row < rows; row++) {
        const permutation = band * rows + row;
        const smallest = minimumOf(
          scrambled,
          shingles.length,
          this.#multipliers[permutation]!,
          this.#summands[permutation]!,
        );
        hash = scramble(hash ^ smallest) + 0x7f4a7c15;
      }
      hashes[band] = scramble(hash | 0);
    }
    return hashes;
  }

  /** Shingles of similar letters are similar numbers, which a linear permutation would leave in their order. */
  #scramble(shingles: Int32Array): Int32Array {
    if (this.#scrambled.length < shingles.length) this.#scrambled = new Int32Array(2 * shingles.length);
    for (let index = 0; index < shingles.length; index++) this.#scrambled[index] = scramble(shingles[index]!);
    return this.#scrambled;
  }
}

function minimumOf(numbers: Int32Array, count: number, multiplier: number, summand: number): number {
  let smallest = 0x7fffffff;
  for (let index = 0; index < count; index++) {
    const permuted = (Math.imul(numbers[index]!, multiplier) + summand) | 0;
    if (permuted < smallest) smallest = permuted;
  }
  return smallest;
}
