import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { continualMetrics } from '#espalier/evaluation/continual.js';
import { ndcg } from '#espalier/evaluation/metrics/ndcg.js';
import { metricNamed, metrics, metricValue } from '#espalier/evaluation/metrics.js';

interface Reference {
  readonly spearman: readonly { a: number[]; b: number[]; spearman: number }[];
  readonly ndcg: readonly { ranked: number[]; grades: number[]; depth: number; ndcg: number }[];
  readonly ranking: readonly { scores: number[]; gold: number[]; ap: number; auroc: number }[];
  readonly clustering: readonly { scores: number[]; gold: number[]; vMeasure: number }[];
}

const reference = JSON.parse(readFileSync(new URL('reference/metrics.json', import.meta.url), 'utf8')) as Reference;
const value = (name: string, scores: readonly number[], gold: readonly (number | null)[]) =>
  metricValue(metricNamed(name), scores, gold);

describe('spearman', () => {
  it.each(reference.spearman)('is that of the reference: $spearman', ({ a, b, spearman }) => {
    expect(value('spearman', a, b)).toBeCloseTo(spearman, 12);
  });

  it('is undefined where a side does not vary', () => {
    expect(value('spearman', [1, 2, 3], [4, 4, 4])).toBeNaN();
    // Scores that rank nothing agree with nothing.
    expect(value('spearman', [4, 4, 4], [1, 2, 3])).toBe(0);
  });
});

describe('ndcg', () => {
  it.each(reference.ndcg)('of $ranked to depth $depth is that of the reference', (row) => {
    expect(ndcg(row.ranked, row.grades, row.depth)).toBeCloseTo(row.ndcg, 12);
  });
});

describe('average precision and the area under the ROC curve', () => {
  it.each(reference.ranking)('are those of the reference: $ap, $auroc', ({ scores, gold, ap, auroc }) => {
    expect(value('ap', scores, gold)).toBeCloseTo(ap, 12);
    expect(value('auroc', scores, gold)).toBeCloseTo(auroc, 12);
  });

  it.each(['ap', 'auroc'])('%s is undefined where all cases are relevant, or none is', (name) => {
    expect(value(name, [1, 2], [1, 1])).toBeNaN();
    expect(value(name, [1, 2], [0, 0])).toBeNaN();
  });
});

describe('v-measure', () => {
  it.each(reference.clustering)('is that of the reference: $vMeasure', ({ scores, gold, vMeasure }) => {
    expect(value('v-measure', scores, gold)).toBeCloseTo(vMeasure, 12);
  });

  it('does not depend on how clusters and classes are numbered', () => {
    expect(value('v-measure', [7, 7, 2, 2, 2], [0, 0, 0, 9, 9])).toBe(
      value('v-measure', [0, 0, 1, 1, 1], [3, 3, 3, 1, 1]),
    );
  });
});

describe('a mean', () => {
  it.each(['accuracy', 'ndcg@10', '1-brier'])('%s needs nothing that its scores are held against', (name) => {
    expect(value(name, [1, 0, 0, 1], [null, null, null, null])).toBe(0.5);
  });

  it('is a proportion only where answers are right or wrong', () => {
    expect(metrics.filter(({ isProportion }) => isProportion).map(({ name }) => name)).toEqual([
      'accuracy',
      'consistency',
    ]);
  });
});

describe('a metric that nobody knows', () => {
  it('is a defect, not a number', () => {
    expect(() => metricNamed('bleu')).toThrow('no metric is called bleu');
    expect(() => value('spearman', [1, 2], [1, null])).toThrow('case 1 has nothing');
  });
});

describe('how often a case counts', () => {
  const drawn = fc.array(
    fc.record({ score: fc.integer({ min: 0, max: 4 }), gold: fc.integer({ min: 0, max: 1 }), times: fc.nat(3) }),
    {
      minLength: 1,
      maxLength: 30,
    },
  );

  it.each(metrics.map(({ name }) => name))('%s: a weight is the same as that many copies of the case', (name) => {
    fc.assert(
      fc.property(drawn, (cases) => {
        const weighted = metricNamed(name).statistic(
          cases.map(({ score }) => score),
          cases.map(({ gold }) => gold),
        );
        const copies = cases.flatMap((item) => Array<typeof item>(item.times).fill(item));
        const repeated = value(
          name,
          copies.map(({ score }) => score),
          copies.map(({ gold }) => gold),
        );
        const result = weighted(Float64Array.from(cases, ({ times }) => times));
        // Of no cases at all there is nothing to say.
        if (copies.length > 0 && !Number.isNaN(repeated)) expect(result).toBeCloseTo(repeated, 10);
        else if (copies.length > 0) expect(result).toBeNaN();
      }),
    );
  });

  it('may be asked again and again of one sorted list', () => {
    const statistic = metricNamed('spearman').statistic([3, 1, 2], [2, 1, 3]);
    const all = new Float64Array(3).fill(1);
    const before = statistic(all);
    statistic(Float64Array.of(2, 0, 1));
    expect(statistic(all)).toBe(before);
  });
});

describe('continualMetrics', () => {
  // Worked by hand: after the third update the first domain is at 0.7 (best 0.9, first 0.8), the second at 0.9 (best
  // and first 0.85).
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
