/**
 * The p value of a distance between means under permutation of the rows: how often a random division of all rows is at
 * least as far apart as the new and the old ones are. The observed division counts as one of the permutations, so that p
 * is valid for any number of them and never 0 (Phipson & Smyth, "Permutation p-values should never be zero", 2010).
 *
 * A division is a row of zeros and ones, so the sums of many divisions are one native product. Features are whole numbers
 * of at most 127 in size (training/ridge/features.ts): the products of 8-bit integers are exact, and so are all sums
 * below 2^53, so that p has the same bits on every machine.
 */
import { newGraph } from '../../core/onnx.js';
import type { Random } from '../../core/random.js';
import { compile } from '../../training/native.js';
import { dotOf, type FeatureSums, sumFeatures } from './mean-discrepancy.js';

export interface PermutationTest {
  /** [fresh + old, width] whole numbers of at most 127 in size; the fresh rows first. */
  readonly features: Float32Array;
  readonly width: number;
  /** Number of fresh rows: at least 2, and at least 2 fewer than all rows. */
  readonly fresh: number;
  readonly permutations: number;
  readonly random: Random;
  readonly threads: number;
}

/** Divisions whose sums are held in memory together. */
const sliceSize = 250;

/** @throws if a feature is not a number */
export async function permutationP(test: PermutationTest): Promise<number> {
  const { features, width, fresh, permutations, threads } = test;
  const all = sumFeatures(features, width);
  const observed = distanceOf(sumFeatures(features.subarray(0, fresh * width), width), all);
  if (!Number.isFinite(observed)) throw new Error('a feature is not a number');
  const lengths = squaredLengths(features, width);
  const bytes = Int8Array.from(features);
  const native = await compile(sumsGraph(), threads);
  let atLeast = 0;
  try {
    for (let done = 0; done < permutations; done += sliceSize) {
      const size = Math.min(sliceSize, permutations - done);
      const divisions = drawDivisions(test, size, all.count);
      const { sums } = await native.run({
        divisions: { data: divisions, dims: [size, all.count] },
        features: { data: bytes, dims: [all.count, width] },
      });
      for (let row = 0; row < size; row++) {
        const sum = Float64Array.from(sums!.subarray(row * width, (row + 1) * width));
        const squares = sumWhere(lengths, divisions.subarray(row * all.count, (row + 1) * all.count));
        if (isAtLeast(distanceOf({ count: fresh, sum, squares }, all), observed)) atLeast++;
      }
    }
  } finally {
    await native.close();
  }
  return (atLeast + 1) / (permutations + 1);
}

/** Equal divisions may differ by rounding; they count as equal. */
const isAtLeast = (value: number, observed: number) => value >= observed - 1e-12 * Math.abs(observed);

/** The unbiased MMD^2 between some of the rows and the others, by the sums of these and of all rows. */
function distanceOf(part: FeatureSums, all: FeatureSums): number {
  const [n, m] = [part.count, all.count - part.count];
  const [own, withAll] = [dotOf(part.sum, part.sum), dotOf(part.sum, all.sum)];
  const others = dotOf(all.sum, all.sum) - 2 * withAll + own;
  const squares = all.squares - part.squares;
  return (own - part.squares) / (n * (n - 1)) + (others - squares) / (m * (m - 1)) - (2 * (withAll - own)) / (n * m);
}

/** [divisions, rows] x [rows, width] -> the sum of the chosen rows of each division */
function sumsGraph() {
  const graph = newGraph('division-sums');
  const divisions = graph.input('divisions', 'uint8', ['divisions', 'rows']);
  const features = graph.input('features', 'int8', ['rows', 'width']);
  graph.output(graph.node('MatMulInteger', [divisions, features]), 'sums', 'int32', ['divisions', 'width']);
  return graph;
}

/** [divisions, rows] of zeros, and `fresh` ones in each division. */
function drawDivisions({ fresh, random }: PermutationTest, divisions: number, rows: number): Uint8Array {
  const drawn = new Uint8Array(divisions * rows);
  const places = Int32Array.from({ length: rows }, (_, place) => place);
  for (let division = 0; division < divisions; division++)
    for (let chosen = 0; chosen < fresh; chosen++) {
      // The first steps of a shuffle, from any order.
      const other = chosen + random.integer(rows - chosen);
      const place = places[other]!;
      places[other] = places[chosen]!;
      places[chosen] = place;
      drawn[division * rows + place] = 1;
    }
  return drawn;
}

function sumWhere(values: Float64Array, chosen: Uint8Array): number {
  let sum = 0;
  for (let place = 0; place < values.length; place++) if (chosen[place] === 1) sum += values[place]!;
  return sum;
}

function squaredLengths(features: Float32Array, width: number): Float64Array {
  return Float64Array.from({ length: features.length / width }, (_, row) => {
    const own = Float64Array.from(features.subarray(row * width, (row + 1) * width));
    return dotOf(own, own);
  });
}
