/** Cosine similarity and nearest neighbours. Adapted embeddings have length 1, so that a cosine is a dot product. */
import { newGraph } from '../../core/onnx.js';
import { compile } from '../../training/native.js';

/** Number of vectors multiplied at once: bounds the memory for the product. */
const sliceRows = 512;

/**
 * The cosines of each vector with each of a pool, by one native product of float32. Equal vectors have equal cosines to
 * the bit, whatever their position: with the pool as a constant, which the runtime repacks, every cosine is summed in
 * the same order; with the pool as an input it is not.
 * @returns for each vector [pool.length]
 */
export async function similarities(
  vectors: readonly Float32Array[],
  pool: readonly Float32Array[],
): Promise<Float32Array[]> {
  const dimension = pool[0]?.length ?? 0;
  const graph = newGraph('similarities');
  const [rows, columns] = [
    graph.input('vectors', 'float32', ['n', dimension]),
    graph.constant({ type: 'float32', dims: [pool.length, dimension], data: stacked(pool, 0, pool.length) }),
  ];
  graph.output(graph.node('Gemm', [rows, columns], { transB: 1 }), 'cosines', 'float32', ['n', pool.length]);
  const native = await compile(graph, 1);
  try {
    const found: Float32Array[] = [];
    for (let start = 0; start < vectors.length; start += sliceRows) {
      const end = Math.min(start + sliceRows, vectors.length);
      const { cosines } = await native.run({
        vectors: { data: stacked(vectors, start, end), dims: [end - start, dimension] },
      });
      for (let row = 0; row < end - start; row++)
        found.push((cosines as Float32Array).subarray(row * pool.length, (row + 1) * pool.length));
    }
    return found;
  } finally {
    await native.close();
  }
}

/** Rows [start, end) as one matrix. */
function stacked(vectors: readonly Float32Array[], start: number, end: number): Float32Array {
  const width = vectors[0]?.length ?? 0;
  const matrix = new Float32Array((end - start) * width);
  for (let row = start; row < end; row++) matrix.set(vectors[row]!, (row - start) * width);
  return matrix;
}

export interface Neighbour {
  readonly index: number;
  readonly similarity: number;
}

/** For each vector the `count` of `pool` that are most similar to it, best first; ties keep the order of the pool. */
export async function nearest(
  vectors: readonly Float32Array[],
  pool: readonly Float32Array[],
  count: number,
): Promise<Neighbour[][]> {
  return (await similarities(vectors, pool)).map((cosines) => largest(cosines, count));
}

function largest(cosines: Float32Array, count: number): Neighbour[] {
  const found: Neighbour[] = [];
  for (let index = 0; index < cosines.length; index++) {
    const similarity = cosines[index]!;
    if (found.length === count && similarity <= found[count - 1]!.similarity) continue;
    if (found.length === count) found.pop();
    let place = found.length;
    while (place > 0 && found[place - 1]!.similarity < similarity) place--;
    found.splice(place, 0, { index, similarity });
  }
  return found;
}
