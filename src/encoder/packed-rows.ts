/**
 * Rows of features in little memory, which threads share without copying them: the dense part as float32, and of the
 * n-grams only those that a text has.
 *
 * Memory of a row: 4 x dense bytes, 2 bytes for each distinct n-gram of its text, and 8 bytes of places. With the embedded
 * encoder (1,024 + 2,048 columns) and a text of twelve words that is 4.4 KB; written out in full a row has 12.3 KB.
 */
import { ngramBuckets, type Widths } from './ngrams.js';

export interface PackedRows extends Widths {
  /** [stored, dense], in shared memory. */
  readonly values: Float32Array;
  /** [stored + 1] index in `buckets` at which the n-grams of a row begin; those of the last end at the last number. */
  readonly starts: Uint32Array;
  /** The bucket of each distinct n-gram, row by row, in shared memory. A bucket stands as often as it counts. */
  readonly buckets: Uint16Array;
  /** [rows] which of the stored rows these are, in their order. */
  readonly places: Int32Array;
}

/** Packs rows that come one by one; their number is known. */
export class RowPacker {
  readonly #widths: Widths;
  readonly #values: Float32Array;
  readonly #starts: Uint32Array;
  /** Grows by doubling. */
  #buckets: Uint16Array;
  #rows = 0;

  constructor(rows: number, { dense, lexical }: Widths) {
    this.#widths = { dense, lexical };
    this.#values = new Float32Array(shared(rows * dense * Float32Array.BYTES_PER_ELEMENT));
    this.#starts = new Uint32Array(shared((rows + 1) * Uint32Array.BYTES_PER_ELEMENT));
    this.#buckets = sharedBuckets(lexical > 0 ? rows * usualNgrams : 0);
  }

  /** @param vector the dense part of the row */
  add(vector: Float32Array, text: string): void {
    const { dense, lexical } = this.#widths;
    this.#values.set(vector, this.#rows * dense);
    const start = this.#starts[this.#rows]!;
    const found = lexical > 0 ? ngramBuckets(text, lexical) : [];
    if (start + found.length > this.#buckets.length) this.#grow(start + found.length);
    this.#buckets.set(found, start);
    this.#starts[++this.#rows] = start + found.length;
  }

  #grow(needed: number): void {
    const grown = sharedBuckets(Math.max(needed, 2 * this.#buckets.length));
    grown.set(this.#buckets);
    this.#buckets = grown;
  }

  rows(): PackedRows {
    const places = Int32Array.from({ length: this.#rows }, (_, row) => row);
    return { ...this.#widths, values: this.#values, starts: this.#starts, buckets: this.#buckets, places };
  }
}

/** Distinct n-grams for which there is room at first: those of a text of twelve words. Pages that nothing writes cost nothing. */
const usualNgrams = 160;

const shared = (bytes: number) => new SharedArrayBuffer(bytes);
const sharedBuckets = (count: number) => new Uint16Array(shared(count * Uint16Array.BYTES_PER_ELEMENT));

/** Writes a row out in full, [dense + lexical]. @param into zeros */
export function unpackRow(
  { dense, values, starts, buckets, places }: PackedRows,
  row: number,
  into: Float32Array,
): void {
  const place = places[row]!;
  into.set(values.subarray(place * dense, (place + 1) * dense));
  for (let index = starts[place]!; index < starts[place + 1]!; index++) into[dense + buckets[index]!]! += 1;
}

/** Rows [start, end) in full, [end - start, dense + lexical]. */
export function unpackRows(rows: PackedRows, start = 0, end = rows.places.length): Float32Array {
  const dimension = rows.dense + rows.lexical;
  const full = new Float32Array((end - start) * dimension);
  for (let row = start; row < end; row++)
    unpackRow(rows, row, full.subarray((row - start) * dimension, (row - start + 1) * dimension));
  return full;
}

/** Some of the rows, without a copy of them. @param kept their numbers */
export function keepPacked(rows: PackedRows, kept: readonly number[]): PackedRows {
  return { ...rows, places: Int32Array.from(kept, (row) => rows.places[row]!) };
}
