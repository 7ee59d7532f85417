/** The statistics of drift against independent numbers (reference/drift.py), and what holds of them for any data. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom, shuffled } from '#espalier/core/random.js';
import { clusterByLinkage } from '#espalier/drift/statistics/average-linkage.js';
import { corrected, fitCorrection } from '#espalier/drift/statistics/bias-correction.js';
import { confusionOf, sharesByConfusion } from '#espalier/drift/statistics/black-box-shift.js';
import { characteristicTerms, proposeName } from '#espalier/drift/statistics/characteristic-words.js';
import { growthP } from '#espalier/drift/statistics/fisher-exact.js';
import { distanceP, largestDistance } from '#espalier/drift/statistics/kolmogorov-smirnov.js';
import { estimateLabelShift } from '#espalier/drift/statistics/label-shift.js';
import { meanProbabilities, sharesByLikelihood } from '#espalier/drift/statistics/likelihood-shift.js';
import { factorise, smallestSingularValue, solve } from '#espalier/drift/statistics/linear-system.js';
import {
  meanDiscrepancy,
  spreadOf,
  standardisedDistance,
  sumFeatures,
} from '#espalier/drift/statistics/mean-discrepancy.js';
import { permutationP } from '#espalier/drift/statistics/permutation.js';
import { testScores } from '#espalier/drift/statistics/scores-test.js';

interface Reference {
  readonly discrepancy: readonly {
    fresh: number[][];
    old: number[][];
    mmd: number;
    spread: number;
    effect: number;
    p: number;
  }[];
  readonly kolmogorovSmirnov: readonly { a: number[]; b: number[]; distance: number; p: number }[];
  readonly growth: readonly { fresh: [number, number]; old: [number, number]; p: number }[];
  readonly systems: readonly { matrix: number[]; right: number[]; x: number[]; smallest: number }[];
  readonly labelShift: readonly ShiftRow[];
  readonly clusters: readonly { vectors: number[][]; similarity: number; clusters: number[] }[];
  readonly logOdds: { texts: string[]; others: string[]; z: Record<string, number> };
}

const reference: Reference = JSON.parse(readFileSync(new URL('reference/drift.json', import.meta.url), 'utf8'));

const features = (rows: number[][]) => Float32Array.from(rows.flat());
const permute = (fresh: number[][], old: number[][], permutations = 999, seed = 1) =>
  permutationP({
    features: features([...fresh, ...old]),
    width: fresh[0]!.length,
    fresh: fresh.length,
    permutations,
    random: seededRandom('test', seed),
    threads: 1,
  });

describe('the distance between means', () => {
  it.each(reference.discrepancy.map((row, index) => [index, row] as const))(
    'is the unbiased MMD, its effect, and the p of all divisions (%i)',
    async (_, { fresh, old, mmd, spread, effect, p }) => {
      const [a, b] = [sumFeatures(features(fresh), 6), sumFeatures(features(old), 6)];
      expect(meanDiscrepancy(a, b)).toBeCloseTo(mmd, 8);
      expect(spreadOf(b)).toBeCloseTo(spread, 8);
      expect(standardisedDistance(a, b)).toBeCloseTo(effect, 10);
      // 4,000 random divisions: three standard errors of p.
      expect(Math.abs((await permute(fresh, old, 4000)) - p)).toBeLessThan(3 * Math.sqrt((p * (1 - p)) / 4000) + 1e-3);
    },
  );

  it('has a p of at least one division, and of exactly that for sets that have nothing in common', async () => {
    const far = (offset: number) => Array.from({ length: 12 }, (_, row) => [offset + (row % 3), offset]);
    expect(await permute(far(100), far(0), 199)).toBe(1 / 200);
  });

  it('has p 1, and no effect, where all rows are equal', async () => {
    const equal = Array.from({ length: 10 }, () => [3, 4]);
    expect(await permute(equal, equal, 99)).toBe(1);
    const sums = sumFeatures(features(equal), 2);
    expect(meanDiscrepancy(sums, sums)).toBeCloseTo(0, 10);
    expect(standardisedDistance(sums, sums)).toBeNull();
  });

  it('is the same for the same seed, and p is spread evenly where nothing differs', async () => {
    const random = seededRandom('even');
    const draw = () => Array.from({ length: 12 }, () => [random.integer(50), random.integer(50)]);
    const [fresh, old] = [draw(), draw()];
    expect(await permute(fresh, old)).toBe(await permute(fresh, old));
    const values: number[] = [];
    for (let round = 0; round < 200; round++) values.push(await permute(draw(), draw(), 99, round));
    const below = (limit: number) => values.filter((p) => p <= limit).length / values.length;
    expect(below(0.05)).toBeLessThan(0.1);
    expect(Math.abs(below(0.5) - 0.5)).toBeLessThan(0.11);
  });

  it('refuses what is not a number: it would count as the largest distance', async () => {
    await expect(permute([[1], [Number.NaN], [2]], [[1], [2], [3]], 9)).rejects.toThrow('not a number');
  });
});

describe('the Kolmogorov-Smirnov test', () => {
  it.each(reference.kolmogorovSmirnov.map((row, index) => [index, row] as const))(
    'is SciPy\u2019s exact one (%i)',
    (_, { a, b, distance, p }) => {
      const found = largestDistance(Float64Array.from(a), Float64Array.from(b));
      expect(found).toBeCloseTo(distance, 12);
      expect(distanceP(found, a.length, b.length) / p).toBeCloseTo(1, 8);
    },
  );

  it('is symmetric, and 1 for equal samples', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true }), { minLength: 1, maxLength: 40 }), (values) => {
        const sample = Float64Array.from(values);
        expect(largestDistance(sample, sample)).toBe(0);
        expect(distanceP(0, sample.length, sample.length)).toBe(1);
        const other = Float64Array.from([...values, 1]);
        expect(largestDistance(sample, other)).toBe(largestDistance(other, sample));
      }),
    );
    expect(distanceP(0.5, 6, 9)).toBeCloseTo(distanceP(0.5, 9, 6), 12);
  });

  it('refuses what is not a number', () => {
    expect(() => largestDistance(Float64Array.of(Number.NaN), Float64Array.of(1))).toThrow('not a number');
  });

  it('of several scores takes the most distant one, times the number of scores', () => {
    const rows = Array.from({ length: 30 }, (_, row) => row / 30);
    const fresh = Float64Array.from(rows.flatMap((value) => [value, value, value + 0.5]));
    const old = Float64Array.from(rows.flatMap((value) => [value, value + 0.1, value]));
    const found = testScores(fresh, old, 3);
    expect(found.score).toBe(2);
    expect(found.p).toBeCloseTo(3 * distanceP(found.distance, 30, 30), 12);
    expect(testScores(fresh, fresh, 3).p).toBe(1);
  });
});

it.each(reference.growth)(
  'the growth of a share is Fisher\u2019s exact test: $fresh, $old',
  ({ fresh: [count, of], old: [before, all], p }) => {
    expect(growthP({ count, of }, { count: before, of: all }) / p).toBeCloseTo(1, 8);
  },
);

describe('a system of equations', () => {
  it.each(reference.systems.map((row) => [row.right.length, row] as const))(
    'of %i is solved as NumPy does, with its smallest singular value',
    (size, { matrix, right, x, smallest }) => {
      const factorised = factorise(Float64Array.from(matrix), size)!;
      for (const [index, value] of solve(factorised, right).entries()) expect(value).toBeCloseTo(x[index]!, 10);
      expect(smallestSingularValue(factorised)).toBeCloseTo(smallest, 7);
    },
  );

  it('that is singular has no solution', () => {
    expect(factorise(Float64Array.of(1, 2, 2, 4), 2)).toBeUndefined();
  });
});

interface ShiftRow {
  labels: number;
  held: number[];
  truth: number[];
  asked: number[];
  before: number[];
  likelihood: number[];
  confusion: number[];
  smallest: number;
  temperature: number;
  loss: number;
}

describe('label shares', () => {
  const rows = reference.labelShift.map((row) => ({
    ...row,
    held: { values: Float64Array.from(row.held), labels: row.labels },
    asked: { values: Float64Array.from(row.asked), labels: row.labels },
    truth: Int32Array.from(row.truth),
  }));

  it.each(rows)('of greatest likelihood are those of a numerical search, with $labels labels', (row) => {
    const found = sharesByLikelihood(row.asked, Float64Array.from(row.before));
    for (const [label, share] of found.entries()) expect(share).toBeCloseTo(row.likelihood[label]!, 2);
    expect(Math.abs(found.reduce((sum, share) => sum + share, 0) - 1)).toBeLessThan(1e-9);
  });

  it.each(rows)('by the confusion matrix are NumPy\u2019s, with $labels labels', (row) => {
    const likeliest = ({ values, labels }: { values: Float64Array; labels: number }) =>
      Int32Array.from({ length: values.length / labels }, (_, at) => {
        const own = [...values.subarray(at * labels, (at + 1) * labels)];
        return own.indexOf(Math.max(...own));
      });
    const found = confusionOf({ truth: row.truth, given: likeliest(row.held) }, row.labels);
    if ('confusion' in found) {
      const shares = sharesByConfusion(found.confusion, likeliest(row.asked));
      for (const [label, share] of shares.entries()) expect(share).toBeCloseTo(row.confusion[label]!, 9);
    } else expect(found).toEqual({ smallest: expect.closeTo(row.smallest, 6) });
    expect('confusion' in found).toBe(row.smallest >= 0.1);
  });

  it.each(rows)('the correction fits as well as a numerical search, with $labels labels', (row) => {
    const correction = fitCorrection(row.held, row.truth);
    const { values } = corrected(row.held, correction);
    const loss = row.truth.reduce((sum, label, at) => sum - Math.log(values[at * row.labels + label]!), 0);
    expect(loss / row.truth.length).toBeLessThan(row.loss + 0.002);
    expect(correction.temperature).toBeCloseTo(row.temperature, 0);
  });

  it('are refused where labels are confused, or where a label has no held-out row', () => {
    const held = { values: new Float64Array(80).fill(0.25), labels: 4 };
    const ask = (truth: Int32Array) =>
      estimateLabelShift({ fresh: held, held, truth, replicates: 5, random: seededRandom(1) }).byConfusion;
    expect(ask(Int32Array.from({ length: 20 }, (_, row) => row % 4))).toEqual({
      refused: { kind: 'ill conditioned', smallest: 0 },
    });
    expect(ask(Int32Array.from({ length: 20 }, (_, row) => row % 3))).toEqual({
      refused: { kind: 'a label without a row', label: 3 },
    });
  });

  it('have intervals that hold the true share of a shifted batch', () => {
    const random = seededRandom('shift');
    const draw = (count: number, shares: readonly number[]) => {
      const truth = Int32Array.from({ length: count }, () => {
        const point = random.uniform();
        return point < shares[0]! ? 0 : point < shares[0]! + shares[1]! ? 1 : 2;
      });
      const values = new Float64Array(count * 3);
      for (const [row, label] of truth.entries()) {
        // Calibrated for equal shares: independent normals of variance 1 about 2 for the true label.
        const logits = [0, 1, 2].map((own) => 2 * (random.normal() + (own === label ? 2 : 0)));
        const most = Math.max(...logits);
        const weights = logits.map((logit) => Math.exp(logit - most));
        const total = weights.reduce((sum, own) => sum + own, 0);
        for (const [own, weight] of weights.entries()) values[row * 3 + own] = weight / total;
      }
      return { truth, probabilities: { values, labels: 3 } };
    };
    const held = draw(600, [1 / 3, 1 / 3, 1 / 3]);
    const fresh = draw(600, [0.1, 0.2, 0.7]);
    const { byLikelihood, byConfusion } = estimateLabelShift({
      ...{ fresh: fresh.probabilities, held: held.probabilities, truth: held.truth, replicates: 200, random },
    });
    for (const found of [byLikelihood, byConfusion]) {
      if (!('shares' in found)) throw new Error('refused');
      for (const [label, share] of [0.1, 0.2, 0.7].entries()) {
        const own = found.shares[label]!;
        expect(Math.abs(own.share - share)).toBeLessThan(0.06);
        expect(own.lower - 0.02).toBeLessThan(share);
        expect(own.upper + 0.02).toBeGreaterThan(share);
      }
    }
  });

  it('stay as they were where the batch is the held-out rows', () => {
    const { held, before } = rows[1]!;
    const found = sharesByLikelihood(held, Float64Array.from(before));
    expect([...meanProbabilities(held)]).toEqual(before.map((share) => expect.closeTo(share, 10)));
    for (const [label, share] of found.entries()) expect(share).toBeCloseTo(before[label]!, 6);
  });
});

describe('clusters', () => {
  it.each(reference.clusters.map((row) => [row.vectors.length, row.similarity, row] as const))(
    'of %i vectors at %f are SciPy\u2019s average linkage',
    (_, similarity, { vectors, clusters }) => {
      const found = clusterByLinkage(
        vectors.map((vector) => Float32Array.from(vector)),
        similarity,
      );
      expect([...found]).toEqual(clusters);
    },
  );

  it('hold the same vectors in any order', () => {
    const random = seededRandom('order');
    const vectors = Array.from({ length: 60 }, () => {
      const own = Float32Array.from({ length: 5 }, () => random.normal());
      const length = Math.hypot(...own);
      return own.map((value) => value / length);
    });
    const partition = (order: readonly number[]) => {
      const found = clusterByLinkage(
        order.map((row) => vectors[row]!),
        0.7,
      );
      const groups = new Map<number, number[]>();
      for (const [place, cluster] of found.entries())
        groups.set(
          cluster,
          [...(groups.get(cluster) ?? []), order[place]!].sort((a, b) => a - b),
        );
      return [...groups.values()].map((group) => group.join(' ')).sort();
    };
    const rows = [...vectors.keys()];
    expect(partition(shuffled(rows, random))).toEqual(partition(rows));
  });

  it('of nothing are none, and of equal vectors one', () => {
    expect([...clusterByLinkage([], 0.5)]).toEqual([]);
    expect([...clusterByLinkage([Float32Array.of(1, 0), Float32Array.of(1, 0), Float32Array.of(1, 0)], 0.9)]).toEqual([
      0, 0, 0,
    ]);
  });
});

describe('characteristic words', () => {
  const { texts, others, z } = reference.logOdds;

  it('have the weighted log odds of an independent program', () => {
    const found = Object.fromEntries(characteristicTerms(texts, others).map((term) => [term.term, term.z]));
    expect(Object.keys(found).sort()).toEqual(Object.keys(z).sort());
    for (const [term, score] of Object.entries(z)) expect(found[term]).toBeCloseTo(score, 9);
  });

  it('propose a name of at most three words, and none where nothing is characteristic', () => {
    expect(proposeName(texts, others)).toMatch(/^\w*drone\w*(_\w+){0,2}$/);
    expect(proposeName([], others)).toBeUndefined();
    expect(proposeName(['...'], others)).toBeUndefined();
  });
});
