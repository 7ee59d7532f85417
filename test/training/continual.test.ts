import { describe, expect, it } from 'vitest';
import { continualMetrics, continualMetricsOnSameCases } from '#espalier/evaluation/continual.js';

describe('continualMetrics', () => {
  it('is right on an example worked by hand', () => {
    const metrics = continualMetrics([
      [0.9, undefined, undefined],
      [0.95, 0.8, undefined],
      [0.7, 0.85, 0.6],
    ]);
    expect(metrics.averageAccuracy).toBeCloseTo((0.7 + 0.85 + 0.6) / 3, 12);
    // From their best before: 0.95 -> 0.7 and 0.8 -> 0.85.
    expect(metrics.forgetting).toBeCloseTo((0.25 - 0.05) / 2, 12);
    // From when they were learned: 0.9 -> 0.7 and 0.8 -> 0.85.
    expect(metrics.backwardTransfer).toBeCloseTo((-0.2 + 0.05) / 2, 12);
  });

  it('says that nothing can be forgotten after one update', () => {
    expect(continualMetrics([[0.9]])).toEqual({
      averageAccuracy: 0.9,
      forgetting: 0,
      backwardTransfer: 0,
      forwardTransfer: 0,
    });
  });

  it('passes over what was not measured, in the middle and at the end', () => {
    const metrics = continualMetrics([
      [0.9, 0.5],
      [undefined, 0.6],
      [0.8, undefined],
    ]);
    expect(metrics.averageAccuracy).toBe(0.8);
    expect(metrics.forgetting).toBeCloseTo(0.1, 12);
    expect(metrics.backwardTransfer).toBeCloseTo(-0.1, 12);
  });

  it('counts from when a domain was learned, where it was measured before, and what was foreseen of it', () => {
    const matrix = [
      [0.9, 0.6],
      [0.8, 0.7],
    ];
    const metrics = continualMetrics(matrix, { learnedAt: [0, 1], chance: [0.5, 0.5] });
    expect(metrics.forgetting).toBeCloseTo(0.1, 12);
    expect(metrics.backwardTransfer).toBeCloseTo(-0.1, 12);
    expect(metrics.forwardTransfer).toBeCloseTo(0.1, 12);
  });

  it('takes rows of different lengths', () => {
    expect(continualMetrics([[1], [0.5, 1]])).toEqual({
      averageAccuracy: 0.75,
      forgetting: 0.5,
      backwardTransfer: -0.5,
      forwardTransfer: 0,
    });
  });

  it('is not a number where there is none', () => {
    expect(continualMetrics([]).averageAccuracy).toBeNaN();
    expect(continualMetrics([[undefined]]).averageAccuracy).toBeNaN();
  });
});

describe('continual metrics on the same cases', () => {
  it('compare each earlier version with the last on what both answered: a holdout that grew shows no false loss', () => {
    const metrics = continualMetricsOnSameCases([
      // 97.8 % on its 90 cases when it was learned; those very cases now have 90.0 %, all 390 of them 91.8 %.
      {
        now: 0.918,
        earlier: [
          { before: 0.978, after: 0.9 },
          { before: 0.95, after: 0.91 },
        ],
      },
      { now: 0.7, earlier: [] },
    ]);
    expect(metrics.averageAccuracy).toBeCloseTo((0.918 + 0.7) / 2, 12);
    expect(metrics.forgetting).toBeCloseTo(0.078, 12);
    expect(metrics.backwardTransfer).toBeCloseTo(-0.078, 12);
  });
});
