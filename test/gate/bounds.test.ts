import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '#espalier/core/random.js';
import { spearman } from '#espalier/evaluation/metrics.js';
import { differenceOfMeans, normalQuantile, pairedBootstrapBounds, pairedProportionBounds } from '#espalier/gate/bounds.js';
import { pairsOf } from '../support/paired.js';

interface Reference {
  readonly bounds: readonly { table: [number, number, number, number]; level: [number, number]; lower: number; upper: number }[];
  readonly quantiles: readonly [share: number, quantile: number][];
}

const reference = JSON.parse(readFileSync(new URL('reference/paired_bounds.json', import.meta.url), 'utf8')) as Reference;

describe('normalQuantile', () => {
  it.each(reference.quantiles)('of %d is that of the reference', (share, quantile) => {
    expect(Math.abs(normalQuantile(share) - quantile)).toBeLessThan(2e-8 * Math.max(1, Math.abs(quantile)));
  });
});

describe('pairedProportionBounds', () => {
  it.each(reference.bounds)('of the table $table at $level are those of the reference', ({ table, level, lower, upper }) => {
    const { champion, candidate } = pairsOf(table);
    const found = pairedProportionBounds(champion, candidate, { lower: level[0], upper: level[1] });
    expect(found.lower).toBeCloseTo(lower, 7);
    expect(found.upper).toBeCloseTo(upper, 7);
  });

  it('are half as wide with four times the cases', () => {
    const width = (times: number) => {
      const { champion, candidate } = pairsOf([40 * times, 3 * times, 1 * times, 6 * times]);
      const { lower, upper } = pairedProportionBounds(champion, candidate, { lower: 0.95, upper: 0.95 });
      return upper - lower;
    };
    expect(width(100) / width(25)).toBeCloseTo(0.5, 2);
  });

  it('of no cases say nothing at all', () => {
    expect(pairedProportionBounds([], [], { lower: 0.95, upper: 0.95 })).toEqual({ lower: -1, upper: 1 });
  });
});

describe('pairedBootstrapBounds', () => {
  const confidences = { lower: 0.9, upper: 0.9 };

  it('hold the true difference about as often as they say', () => {
    const random = seededRandom('coverage');
    const truth = 0.1;
    const [trials, count] = [120, 40];
    let [belowLower, aboveUpper] = [0, 0];
    for (let trial = 0; trial < trials; trial++) {
      const champion = Array.from({ length: count }, () => random.normal());
      const candidate = champion.map((score) => score + truth + 0.5 * random.normal());
      const { lower, upper } = pairedBootstrapBounds(count, differenceOfMeans(champion, candidate), { confidences, seed: [trial] });
      if (truth < lower) belowLower++;
      if (truth > upper) aboveUpper++;
    }
    // One in ten is meant on either side; a binomial of 120 leaves between 4 and 22 but once in 200.
    for (const misses of [belowLower, aboveUpper]) {
      expect(misses).toBeGreaterThanOrEqual(4);
      expect(misses).toBeLessThanOrEqual(22);
    }
  });

  it('are the same for the same seed, and others for another', () => {
    const scores = (name: string) => Array.from({ length: 50 }, (_, index) => seededRandom(name, index).normal());
    const difference = differenceOfMeans(scores('champion'), scores('candidate'));
    const bounds = (seed: number) => pairedBootstrapBounds(50, difference, { confidences, seed: [seed] });
    expect(bounds(1)).toEqual(bounds(1));
    expect([2, 3, 4].map(bounds)).not.toEqual([bounds(1), bounds(1), bounds(1)]);
  });

  it('are no narrower for draws on which the metric is undefined', () => {
    // One pair differs from the others: a third of the draws of six leaves it out, and has nothing to rank.
    const [gold, scores] = [
      [1, 1, 1, 1, 1, 5],
      [0.1, 0.2, 0.3, 0.1, 0.2, 0.9],
    ];
    const difference = (rows: Int32Array) =>
      spearman(
        Array.from(rows, (row) => scores[row]!),
        Array.from(rows, (row) => gold[row]!),
      ) - 0.5;
    expect(pairedBootstrapBounds(6, difference, { confidences, seed: [1] })).toEqual({ lower: -1, upper: 1 });
  });
});
