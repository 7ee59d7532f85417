import { describe, expect, it } from 'vitest';
import { rankingOf, type SeedResult } from '#espalier/study/bakeoff-ranking.js';

const resultsOf = (...accuracies: readonly number[]): SeedResult[] =>
  accuracies.map((averageAccuracy) => ({ averageAccuracy, forgetting: 1 - averageAccuracy }));

describe('the ranking of a budget', () => {
  const ranking = rankingOf(
    100,
    new Map([
      ['low', resultsOf(0.5, 0.6, 0.7)],
      ['high', resultsOf(0.7, 0.8, 0.9)],
      ['near', resultsOf(0.8, 0.7, 0.85)],
    ]),
  );

  it('puts the highest mean first, and tells what each is behind it', () => {
    expect(ranking.policies.map(({ policy }) => policy)).toEqual(['high', 'near', 'low']);
    expect(ranking.best).toBe('high');
    expect(ranking.policies.map(({ behind }) => behind?.mean)).toEqual([
      undefined,
      expect.closeTo(-1 / 60, 10),
      expect.closeTo(-0.2, 10),
    ]);
    expect(ranking.policies[0]!.forgetting).toBeCloseTo(0.2, 10);
  });

  it('pairs by seed: a policy that is always behind by as much is told apart, although the seeds differ more', () => {
    expect(ranking.tied).toEqual(['near']);
    const { lower, upper } = ranking.policies[2]!.behind!;
    expect([lower, upper]).toEqual([expect.closeTo(-0.2, 10), expect.closeTo(-0.2, 10)]);
  });

  it("gives Student's interval of the mean", () => {
    const { accuracy } = ranking.policies[0]!;
    // t(0.975, 2) * 0.1 / sqrt(3)
    expect(accuracy.upper - accuracy.mean).toBeCloseTo(0.24843, 4);
    expect(accuracy.mean - accuracy.lower).toBeCloseTo(0.24843, 4);
  });
});
