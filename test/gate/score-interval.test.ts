import { describe, expect, it } from 'vitest';
import { metricNamed } from '#espalier/evaluation/metrics.js';
import { scoreInterval } from '#espalier/gate/score-interval.js';

const answers = (right: number, cases: number) => Array.from({ length: cases }, (_, index) => (index < right ? 1 : 0));
const of = (metric: string, scores: readonly number[], clusters: readonly string[] | null = null) =>
  scoreInterval({ metric: metricNamed(metric), scores, gold: scores.map((_, index) => index), clusters }, 0.95, [
    'test',
  ]);

describe('the interval of one score', () => {
  it.each([
    // R: binom.test(8, 10)$conf.int and so on.
    [8, 10, 0.44390454, 0.97478927],
    [0, 10, 0, 0.30849711],
    [50, 100, 0.39832112, 0.60167888],
  ])('is exact for %i right of %i', (right, cases, lower, upper) => {
    const interval = of('accuracy', answers(right, cases));
    expect(interval.score).toBe(right / cases);
    expect(interval.lower).toBeCloseTo(lower, 7);
    expect(interval.upper).toBeCloseTo(upper, 7);
  });

  it('holds the score, and narrows with the number of cases, also where it is drawn', () => {
    const graded = (cases: number) => Array.from({ length: cases }, (_, index) => ((index * 7) % 10) / 10);
    const [few, many] = [of('ndcg@10', graded(40)), of('ndcg@10', graded(400))];
    for (const { score, lower, upper } of [few, many]) expect(lower < score && score < upper).toBe(true);
    expect(many.upper - many.lower).toBeLessThan((few.upper - few.lower) / 2);
    // The normal one, which so many cases come near to.
    expect(many.upper - many.lower).toBeCloseTo(2 * 1.96 * many.standardError, 2);
  });

  it('is not certain of a few cases that all came out alike', () => {
    const { lower, upper } = of('ndcg@10', Array(10).fill(1));
    expect([lower, upper]).toEqual([expect.closeTo(0.025 ** (1 / 10), 6), 1]);
  });

  it('draws cases of one cluster together: ten copies of an answer tell no more than one', () => {
    const scores = answers(60, 100);
    const clusters = scores.map((_, index) => `text ${Math.floor(index / 10)}`);
    const [apart, together] = [of('accuracy', scores), of('accuracy', scores, clusters)];
    expect(together.upper - together.lower).toBeGreaterThan(2 * (apart.upper - apart.lower));
  });
});
