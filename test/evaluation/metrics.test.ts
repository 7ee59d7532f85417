import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { continualMetrics } from '#espalier/evaluation/continual.js';
import { ndcg, spearman } from '#espalier/evaluation/metrics.js';

interface Reference {
  readonly spearman: readonly { a: number[]; b: number[]; spearman: number }[];
  readonly ndcg: readonly { ranked: number[]; grades: number[]; depth: number; ndcg: number }[];
}

const reference = JSON.parse(readFileSync(new URL('reference/metrics.json', import.meta.url), 'utf8')) as Reference;

describe('spearman', () => {
  it.each(reference.spearman)('is that of the reference: $spearman', (row) => {
    expect(spearman(row.a, row.b)).toBeCloseTo(row.spearman, 12);
  });

  it('is undefined where a side does not vary', () => {
    expect(spearman([1, 2, 3], [4, 4, 4])).toBeNaN();
  });
});

describe('ndcg', () => {
  it.each(reference.ndcg)('of $ranked to depth $depth is that of the reference', (row) => {
    expect(ndcg(row.ranked, row.grades, row.depth)).toBeCloseTo(row.ndcg, 12);
  });
});

describe('continualMetrics', () => {
  // Worked by hand: after the third update the first domain is at 0.7 (best 0.9, first 0.8), the second at 0.9 (best and first 0.85).
  const matrix = [
    [0.8, undefined, undefined],
    [0.9, 0.85, undefined],
    [0.7, 0.9, 0.6],
  ];

  it('averages the last row', () => {
    expect(continualMetrics(matrix).averageAccuracy).toBeCloseTo((0.7 + 0.9 + 0.6) / 3, 12);
  });

  it('forgetting is measured from the best accuracy before, backward transfer from the first', () => {
    const { forgetting, backwardTransfer } = continualMetrics(matrix);
    expect(forgetting).toBeCloseTo((0.2 - 0.05) / 2, 12);
    expect(backwardTransfer).toBeCloseTo((-0.1 + 0.05) / 2, 12);
  });

  it('of a first version has nothing to forget', () => {
    expect(continualMetrics([[0.5, 0.7]])).toEqual({
      averageAccuracy: 0.6,
      forgetting: 0,
      backwardTransfer: 0,
      forwardTransfer: 0,
    });
  });
});
