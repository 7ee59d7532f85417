/**
 * Groups near-duplicates among examples. A template filled in twice, or one text with other punctuation, reveals the
 * label of its twin: leaving out only one of the two leaves nothing out, and makes the head look more reliable than it
 * is. So examples are left out by groups: rows whose dense parts have a cosine above 0.97 (they are centred first, so
 * that most pairs are near 0), or whose n-grams are the same, and all rows connected by such pairs.
 *
 * Cost: n^2 d / 2 multiply-adds of float32.
 */
import { groupBy } from '../../core/grouping.js';
import { newGraph } from '../../core/onnx.js';
import { compile } from '../native.js';

/** Positions of rows; each row is in one group. */
export type Groups = readonly (readonly number[])[];

export interface GroupedRows {
  /** [n, d] standardised, each of length sqrt(d) or 0. */
  readonly inputs: Float32Array;
  readonly dimension: number;
  /** [n, stride], counts of n-grams in the last `lexical` columns. */
  readonly vectors: Float32Array;
  readonly stride: number;
  readonly lexical: number;
}

const nearCosine = 0.97;

/** Number of rows multiplied at once. */
const bandRows = 512;

/** A group with more rows than this is split: the cost of solving for it grows with the cube of its rows. */
const mostRows = 256;

/** Groups of one row each, for n rows. */
export function singles(count: number): Groups {
  return Array.from({ length: count }, (_, row) => [row]);
}

/** The groups, in the order of their first rows. */
export async function groupNearDuplicates(rows: GroupedRows, threads: number): Promise<Groups> {
  const count = rows.vectors.length / rows.stride;
  const parents = Int32Array.from({ length: count }, (_, row) => row);
  joinEqualWords(rows, parents);
  await joinNear(rows, parents, threads);
  return [...groupBy(parents.keys(), (row) => rootOf(parents, row)).values()].flatMap(cut);
}

function cut(group: readonly number[]): number[][] {
  return Array.from({ length: Math.ceil(group.length / mostRows) }, (_, part) =>
    group.slice(part * mostRows, (part + 1) * mostRows),
  );
}

function joinEqualWords({ vectors, stride, lexical }: GroupedRows, parents: Int32Array): void {
  const known = new Map<string, number>();
  for (let row = 0; row * stride < vectors.length && lexical > 0; row++) {
    const words = wordsOf(vectors.subarray((row + 1) * stride - lexical, (row + 1) * stride));
    if (words === '') continue;
    const first = known.get(words);
    if (first === undefined) known.set(words, row);
    else join(parents, first, row);
  }
}

function wordsOf(counts: Float32Array): string {
  const found: string[] = [];
  for (let bucket = 0; bucket < counts.length; bucket++)
    if (counts[bucket] !== 0) found.push(`${bucket}:${counts[bucket]}`);
  return found.join();
}

async function joinNear({ inputs, dimension }: GroupedRows, parents: Int32Array, threads: number): Promise<void> {
  const count = parents.length;
  const graph = newGraph('similarities');
  const [left, right] = [
    graph.input('left', 'float32', ['m', dimension]),
    graph.input('right', 'float32', ['n', dimension]),
  ];
  graph.output(graph.node('Gemm', [left, right], { transB: 1 }), 'products', 'float32', ['m', 'n']);
  const native = await compile(graph, threads);
  try {
    for (let top = 0; top < count; top += bandRows) {
      const end = Math.min(top + bandRows, count);
      const rowsFrom = (from: number, to: number) => ({
        data: inputs.subarray(from * dimension, to * dimension),
        dims: [to - from, dimension],
      });
      const { products } = await native.run({ left: rowsFrom(top, end), right: rowsFrom(top, count) });
      for (let row = top; row < end; row++) {
        const own = products!.subarray((row - top) * (count - top), (row - top + 1) * (count - top));
        for (let other = row + 1; other < count; other++)
          if (own[other - top]! > nearCosine * dimension) join(parents, row, other);
      }
    }
  } finally {
    await native.close();
  }
}

function join(parents: Int32Array, one: number, other: number): void {
  const [a, b] = [rootOf(parents, one), rootOf(parents, other)];
  parents[Math.max(a, b)] = Math.min(a, b);
}

/** The root of a row's group; halves the path on the way (Tarjan & van Leeuwen, 1984). */
function rootOf(parents: Int32Array, row: number): number {
  let root = row;
  while (parents[root] !== root) {
    parents[root] = parents[parents[root]!]!;
    root = parents[root]!;
  }
  return root;
}
