/**
 * The p value of a distance between means under permutation of the rows: how often a random division of all rows is at
 * least as far apart as the new and the old ones are. The observed division counts as one of the permutations, so that p
 * is valid for any number of them and never 0 (Phipson & Smyth, "Permutation p-values should never be zero", 2010).
 *
 * A division is a row of zeros and ones, so the sums of all divisions are one native product. Features are whole numbers
 * of at most 127 (training/ridge/features.ts), whose sums are exact in float32 up to 130,000 rows: p does not depend on
 * the order of additions.
 */
import { type Random, shuffled } from '../../core/random.js';
import { openFactorProducts } from '../../training/ridge/factor-products.js';
import { dotOf, type FeatureSums, meanDiscrepancy, sumFeatures } from './mean-discrepancy.js';

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
  const { features, width, fresh, permutations } = test;
  const all = sumFeatures(features, width);
  const lengths = squaredLengths(features, width);
  const observed = meanDiscrepancy(...dividedFrom(all, sumFeatures(features.subarray(0, fresh * width), width)));
  if (!Number.isFinite(observed)) throw new Error('a feature is not a number');
  let atLeast = 0;
  const products = await openFactorProducts('float32', test.threads);
  try {
    for (let done = 0; done < permutations; done += sliceSize) {
      const size = Math.min(sliceSize, permutations - done);
      const drawn = drawDivisions(test, size, all.count);
      const sums = new Float32Array(size * width);
      await products.multiply(
        { data: drawn, dims: [size, all.count] },
        { data: features, dims: [all.count, width] },
        sums,
      );
      for (let row = 0; row < size; row++) {
        const own = drawn.subarray(row * all.count, (row + 1) * all.count);
        const part = { count: fresh, sum: Float64Array.from(sums.subarray(row * width, (row + 1) * width)) };
        const squares = own.reduce((sum, chosen, place) => sum + chosen * lengths[place]!, 0);
        if (isAtLeast(meanDiscrepancy(...dividedFrom(all, { ...part, squares })), observed)) atLeast++;
      }
    }
  } finally {
    await products.close();
  }
  return (atLeast + 1) / (permutations + 1);
}

/** Equal divisions may differ by rounding; they count as equal. */
const isAtLeast = (value: number, observed: number) => value >= observed - 1e-12 * Math.abs(observed);

function dividedFrom(all: FeatureSums, part: FeatureSums): [FeatureSums, FeatureSums] {
  const others = { count: all.count - part.count, sum: all.sum.map((value, index) => value - part.sum[index]!) };
  return [part, { ...others, squares: all.squares - part.squares }];
}

/** [divisions, rows] of zeros, and `fresh` ones in each division. */
function drawDivisions({ fresh, random }: PermutationTest, divisions: number, rows: number): Float32Array {
  const drawn = new Float32Array(divisions * rows);
  const places = [...Array(rows).keys()];
  for (let division = 0; division < divisions; division++)
    for (const place of shuffled(places, random).slice(0, fresh)) drawn[division * rows + place] = 1;
  return drawn;
}

function squaredLengths(features: Float32Array, width: number): Float64Array {
  return Float64Array.from({ length: features.length / width }, (_, row) => {
    const own = Float64Array.from(features.subarray(row * width, (row + 1) * width));
    return dotOf(own, own);
  });
}
