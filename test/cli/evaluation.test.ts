import { describe, expect, it } from 'vitest';
import { sparkline } from '#espalier/cli/evaluation/history.js';
import { barOf } from '#espalier/cli/evaluation/scores.js';

describe('a sparkline', () => {
  it.each([
    [[0.1, 0.5, 0.9], 10, '▁▅█'],
    [[0.5, 0.5], 10, '▄▄'],
    [[0.3], 10, '▄'],
    [[9, 0.1, 0.2], 2, '▁█'],
  ])('%j in %i columns is %s', (values, width, drawn) => {
    expect(sparkline(values, width)).toBe(drawn);
  });
});

describe('the bar of a score', () => {
  it.each([
    [0.5, 0.5, 1, '··········'],
    [0.75, 0.5, 1, '█████·····'],
    [0.99, 0.5, 0.9, '██████████'],
    [0.2, 0.5, 1, '··········'],
    [0.53, 0, 1, '█████▎····'],
    // A holdout of one label: guessing is always right.
    [1, 1, 1, '··········'],
  ])('%d, from chance %d to ceiling %d', (score, chance, ceiling, bar) => {
    expect(barOf({ score, chance, ceiling })).toBe(bar);
  });
});
