/**
 * The nearest of some reference vectors, exactly: a product of all queries with all references in ONNX Runtime, in
 * blocks, and a selection of the largest cosines. Cost: n m d multiply-adds of float32 for n queries, m references and d
 * columns; docs/benchmarks.md has the seconds.
 */
import { newGraph } from '../core/onnx.js';
import { compile, type NativeFunction } from '../training/native.js';

/** Products of one block are this many numbers at most: 16 MB. */
const blockSize = 2 ** 22;

export interface NearestRequest {
  /** Number of neighbours of each query. */
  readonly count: number;
  /** References with a larger cosine are passed over: they are the query itself, or near-duplicates of it. */
  readonly largestCosine: number;
}

export interface Nearest {
  /** [queries, count] numbers of references, the nearest first; -1 where there are fewer. */
  readonly rows: Int32Array;
  /** [queries, count] */
  readonly cosines: Float32Array;
}

export class NearestReferences {
  readonly #references: Float32Array;
  readonly #width: number;
  readonly #native: NativeFunction;

  private constructor(references: Float32Array, width: number, native: NativeFunction) {
    this.#references = references;
    this.#width = width;
    this.#native = native;
  }

  /** @param references [m, width] float32, row-major, each of length 1 or 0 */
  static async open(references: Float32Array, width: number, threads: number): Promise<NearestReferences> {
    return new NearestReferences(references, width, await compile(productGraph(width), threads));
  }

  /**
   * Of equally near references the first in their order.
   * @param queries [n, width] float32, row-major, each of length 1 or 0
   */
  async find(queries: Float32Array, request: NearestRequest): Promise<Nearest> {
    const count = queries.length / this.#width;
    const references = this.#references.length / this.#width;
    const found: Nearest = {
      rows: new Int32Array(count * request.count).fill(-1),
      cosines: new Float32Array(count * request.count),
    };
    if (references === 0) return found;
    const block = Math.max(1, Math.floor(blockSize / references));
    for (let start = 0; start < count; start += block) {
      const some = queries.subarray(start * this.#width, Math.min(count, start + block) * this.#width);
      const cosines = await this.#products(some);
      for (let row = 0; row * references < cosines.length; row++)
        select(
          cosines.subarray(row * references, (row + 1) * references),
          request,
          placesOf(found, start + row, request),
        );
    }
    return found;
  }

  close(): Promise<void> {
    return this.#native.close();
  }

  /** [queries, references] */
  async #products(queries: Float32Array): Promise<Float32Array> {
    const dims = (data: Float32Array) => ({ data, dims: [data.length / this.#width, this.#width] });
    const { products } = await this.#native.run({ queries: dims(queries), references: dims(this.#references) });
    return products as Float32Array;
  }
}

function productGraph(width: number) {
  const graph = newGraph('nearest');
  const queries = graph.input('queries', 'float32', ['n', width]);
  const references = graph.input('references', 'float32', ['m', width]);
  graph.output(graph.node('Gemm', [queries, references], { transB: 1 }), 'products', 'float32', ['n', 'm']);
  return graph;
}

function placesOf({ rows, cosines }: Nearest, query: number, { count }: NearestRequest): Nearest {
  const [from, to] = [query * count, (query + 1) * count];
  return { rows: rows.subarray(from, to), cosines: cosines.subarray(from, to) };
}

/** Keeps the largest in order, by insertion: few of many are ever among them. */
function select(all: Float32Array, { count, largestCosine }: NearestRequest, { rows, cosines }: Nearest): void {
  let held = 0;
  for (let row = 0; row < all.length; row++) {
    const cosine = all[row]!;
    if (cosine > largestCosine || (held === count && cosine <= cosines[count - 1]!)) continue;
    let place = held < count ? held++ : count - 1;
    for (; place > 0 && cosines[place - 1]! < cosine; place--) {
      cosines[place] = cosines[place - 1]!;
      rows[place] = rows[place - 1]!;
    }
    cosines[place] = cosine;
    rows[place] = row;
  }
}
