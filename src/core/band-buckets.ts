/**
 * All pairs among many texts that share a band, without an index: the texts of one bucket (one band, one hash) are
 * chained in their order, so that memory is four bytes for each text and band.
 */

/** Texts of a bucket that a text is paired with: the last before it. Larger buckets are not searched in full. */
const mostPairsOfText = 32;

export class BandBuckets {
  readonly #bands: number;
  /** [texts, bands] */
  #hashes: Int32Array;
  #count = 0;
  /** Texts without shingles, which have no bands. */
  readonly #empty = new Set<number>();

  constructor(bands: number) {
    this.#bands = bands;
    this.#hashes = new Int32Array(1024 * bands);
  }

  /** Number of texts. */
  get count(): number {
    return this.#count;
  }

  /** Adds the next text. @param bands its hashes; empty if it has none */
  add(bands: Int32Array): void {
    const start = this.#count * this.#bands;
    if (start === this.#hashes.length) {
      const larger = new Int32Array(2 * start);
      larger.set(this.#hashes);
      this.#hashes = larger;
    }
    if (bands.length === 0) this.#empty.add(this.#count);
    this.#hashes.set(bands, start);
    this.#count++;
  }

  /** Places of the texts that share a band with another text, ascending. */
  shared(): number[] {
    const isShared = new Uint8Array(this.#count);
    for (let band = 0; band < this.#bands; band++) {
      const before = this.#chain(band);
      for (const [place, other] of before.entries()) {
        if (other < 0) continue;
        isShared[place] = 1;
        isShared[other] = 1;
      }
    }
    const places: number[] = [];
    for (const [place, shares] of isShared.entries()) if (shares) places.push(place);
    return places;
  }

  /**
   * Visits the pairs of which this is the first band that they share. In a bucket each text is paired with the 32 before
   * it, so that time grows with the number of texts, also where all of them fill in one template.
   */
  visitPairs(band: number, visit: (earlier: number, later: number) => void): void {
    const before = this.#chain(band);
    for (let later = 0; later < this.#count; later++) {
      let earlier = before[later]!;
      for (let pairs = 0; earlier >= 0 && pairs < mostPairsOfText; pairs++) {
        if (!this.#shareBandBefore(band, earlier, later)) visit(earlier, later);
        earlier = before[earlier]!;
      }
    }
  }

  /** For each text the one before it in its bucket; -1 if it is the first. */
  #chain(band: number): Int32Array {
    const before = new Int32Array(this.#count).fill(-1);
    const last = new Map<number, number>();
    for (let place = 0; place < this.#count; place++) {
      if (this.#empty.has(place)) continue;
      const hash = this.#hashes[place * this.#bands + band]!;
      before[place] = last.get(hash) ?? -1;
      last.set(hash, place);
    }
    return before;
  }

  #shareBandBefore(band: number, one: number, other: number): boolean {
    for (let earlier = 0; earlier < band; earlier++)
      if (this.#hashes[one * this.#bands + earlier] === this.#hashes[other * this.#bands + earlier]) return true;
    return false;
  }
}
