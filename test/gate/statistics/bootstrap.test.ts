import { describe, expect, it } from 'vitest';
import { type Random, seededRandom } from '#espalier/core/random.js';
import { pairedBootstrap, pairedBootstrapOfMean, type WeightedStatistic } from '#espalier/gate/statistics/bootstrap.js';
import { shareOfMisses } from './arbitrary.js';
import { reference, spearmanDifference } from './reference.js';

const options = { confidences: { lower: 0.95, upper: 0.95 }, seed: ['test'], draws: 1000 };

const normals = (count: number, name: string) => {
  const random = seededRandom(name);
  return Array.from({ length: count }, () => random.normal());
};

const weightedMean =
  (values: ArrayLike<number>): WeightedStatistic =>
  (weights) => {
    let [sum, total] = [0, 0];
    weights.forEach((weight, index) => {
      sum += weight * values[index]!;
      total += weight;
    });
    return sum / total;
  };

describe('spearmanDifference', () => {
  it.each(reference.spearman)(
    'is that of SciPy over cases repeated as often as they weigh',
    ({ weights, difference, ...sides }) => {
      expect(spearmanDifference(sides)(Float64Array.from(weights))).toBeCloseTo(difference, 12);
    },
  );

  it('is undefined where nothing is left to rank', () => {
    const sides = { champion: [1, 2, 3], candidate: [3, 1, 2], gold: [1, 1, 2] };
    expect(spearmanDifference(sides)(Float64Array.of(2, 1, 0))).toBeNaN();
  });
});

describe('pairedBootstrap', () => {
  it('draws as many cases as there are, and leaves each out once for the acceleration', () => {
    const totals: number[] = [];
    const zeros: number[] = [];
    pairedBootstrap(
      30,
      (weights) => {
        totals.push(weights.reduce((sum, weight) => sum + weight, 0));
        zeros.push(weights.indexOf(0));
        return 0;
      },
      { ...options, draws: 50 },
    );
    expect(totals).toEqual([30, ...Array(50).fill(30), ...Array(30).fill(29)]);
    expect(zeros.slice(-30)).toEqual(Array.from({ length: 30 }, (_, index) => index));
  });

  it('leaves out at most 200 groups of many cases', () => {
    let calls = 0;
    pairedBootstrap(
      5000,
      () => {
        calls++;
        return 0;
      },
      { ...options, draws: 10 },
    );
    expect(calls).toBe(1 + 10 + 200);
  });

  it('draws and leaves out whole clusters', () => {
    const clusters = ['a', 'b', 'a', 'c', 'b', 'a'];
    pairedBootstrap(
      6,
      (weights) => {
        expect(weights[0]).toBe(weights[2]);
        expect(weights[0]).toBe(weights[5]);
        expect(weights[1]).toBe(weights[4]);
        return 0;
      },
      { ...options, clusters, draws: 100 },
    );
  });

  it('of a mean is the fast way of it, with clusters and without', () => {
    const differences = normals(300, 'differences');
    for (const clusters of [undefined, differences.map((_, index) => index % 37)]) {
      const given = clusters ? { ...options, clusters } : options;
      const [slow, fast] = [
        pairedBootstrap(300, weightedMean(differences), given),
        pairedBootstrapOfMean(differences, given),
      ];
      for (const key of ['observed', 'variance', 'lower', 'upper'] as const)
        expect(fast[key]).toBeCloseTo(slow[key], 12);
    }
  });

  it('is the same for the same seed, and another for another', () => {
    const differences = normals(50, 'seeds');
    const bounds = (seed: number) => pairedBootstrapOfMean(differences, { ...options, seed: [seed] });
    expect(bounds(1)).toEqual(bounds(1));
    expect(bounds(1)).not.toEqual(bounds(2));
  });

  it('estimates the variance of the statistic', () => {
    const differences = normals(400, 'variance');
    const mean = differences.reduce((sum, value) => sum + value, 0) / 400;
    const variance = differences.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 400 / 400;
    expect(pairedBootstrapOfMean(differences, { ...options, draws: 10_000 }).variance / variance).toBeCloseTo(1, 1);
  });

  it('knows nothing where the metric is often undefined, and says so within the range', () => {
    const sides = { champion: [6, 5, 4, 3, 2, 1], candidate: [1, 2, 3, 4, 5, 6], gold: [1, 1, 1, 1, 1, 2] };
    const { lower, upper } = pairedBootstrap(6, spearmanDifference(sides), {
      ...options,
      range: { lower: -2, upper: 2 },
    });
    expect({ lower, upper }).toEqual({ lower: -2, upper: 2 });
  });

  it('of two sides that answer alike is certain of it', () => {
    expect(pairedBootstrapOfMean(new Float64Array(40), options)).toMatchObject({
      observed: 0,
      variance: 0,
      lower: 0,
      upper: 0,
    });
  });

  const skewed = (random: Random) => -Math.log(1 - random.uniform());
  const bounded = (random: Random) => (random.uniform() < 0.1 ? -random.uniform() : 0.05 * random.normal());

  // 1,500 trials of a share of 5 % scatter by 0.6 %; with 60 cases BCa itself is off by one or two.
  it.each([
    { name: 'normal', draw: (random: Random) => random.normal(), truth: 0 },
    { name: 'skewed', draw: skewed, truth: 1 },
    { name: 'rarely lost', draw: bounded, truth: -0.05 },
  ])(
    'has a lower bound that lies above the mean of $name differences about once in twenty',
    ({ name, draw, truth }) => {
      const random = seededRandom('coverage', name);
      const misses = shareOfMisses(1500, (trial) => {
        const differences = Float64Array.from({ length: 60 }, () => draw(random));
        return pairedBootstrapOfMean(differences, { ...options, draws: 400, seed: [trial] }).lower > truth;
      });
      expect(misses).toBeGreaterThan(0.03);
      expect(misses).toBeLessThan(0.075);
    },
  );

  it('of clusters is not sure of what single cases would seem to show', () => {
    const random = seededRandom('clusters');
    const clusters = Array.from({ length: 200 }, (_, index) => Math.floor(index / 10));
    const missesOf = (isClustered: boolean) =>
      shareOfMisses(300, (trial) => {
        const shared = Array.from({ length: 20 }, () => random.normal());
        const differences = clusters.map((cluster) => shared[cluster]! + random.normal());
        const given = { ...options, draws: 200, seed: [trial], ...(isClustered ? { clusters } : {}) };
        return pairedBootstrapOfMean(differences, given).lower > 0;
      });
    expect(missesOf(true)).toBeLessThan(0.1);
    expect(missesOf(false)).toBeGreaterThan(0.2);
  });
});
