import { describe, expect, it } from 'vitest';
import { appendAll, largestOf, smallestOf } from '#espalier/core/sequences.js';
import { foldGroups } from '#espalier/training/ridge/folds.js';

const many = Array.from({ length: 400_000 }, (_, index) => index);

describe('sequences longer than the arguments that a call can take', () => {
  it('are appended in their order', () => {
    expect(() => Array.from(many).push(...many)).toThrow(RangeError);
    const target = [-1];
    appendAll(target, many);
    expect([target.length, target[0], target[1], target.at(-1)]).toEqual([400_001, -1, 0, 399_999]);
  });

  it('have a smallest and a largest element', () => {
    expect([smallestOf(many), largestOf(many)]).toEqual([0, 399_999]);
    expect([smallestOf([]), largestOf([])]).toEqual([Math.min(), Math.max()]);
  });

  it('may be one group of near-duplicates', () => {
    expect(foldGroups([many], new Int32Array(many.length), { folds: 2, seed: 7 }).map(({ length }) => length)).toEqual([
      400_000,
    ]);
  });
});
