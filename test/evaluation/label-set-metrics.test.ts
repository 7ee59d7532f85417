/** What sums up sets of labels beside the mean Jaccard index. */
import { describe, expect, it } from 'vitest';
import { writeLabelSet } from '#espalier/core/label-sets.js';
import { type AnsweredSet, exactMatch, macroF1, microF1 } from '#espalier/evaluation/metrics/label-sets.js';
import type { PairedResult } from '#espalier/store/results.js';
import { noteLabelSets } from '#espalier/update/label-set-note.js';

const of = (expected: string, given: string): AnsweredSet => ({ expected: [...expected], given: [...given] });
const cases = [of('ab', 'a'), of('a', 'a'), of('', ''), of('c', 'ac')];
const once = (count: number) => new Array<number>(count).fill(1);

describe('sets of labels', () => {
  it('have a micro-F1 of all decisions together: 3 hits, a miss and a false alarm', () => {
    expect(microF1(cases)(once(4))).toBeCloseTo(6 / 8, 12);
  });

  it('have a macro-F1 that counts each label alike: 4/5 of a, 0 of b, 1 of c', () => {
    expect(macroF1(cases)(once(4))).toBeCloseTo((4 / 5 + 0 + 1) / 3, 12);
  });

  it('are exactly right where nothing is missing and nothing too much, in any order', () => {
    expect(exactMatch(cases)(once(4))).toBe(0.5);
    expect(exactMatch([of('ab', 'ba')])([1])).toBe(1);
  });

  it('count as often as their weight says, as if they stood there so often', () => {
    for (const statistic of [microF1, macroF1, exactMatch])
      expect(statistic(cases)([2, 0, 1, 3])).toBeCloseTo(
        statistic([0, 0, 2, 3, 3, 3].map((index) => cases[index]!))(once(6)),
        12,
      );
  });

  it('are all right where no label is expected or given', () => {
    for (const statistic of [microF1, macroF1, exactMatch]) expect(statistic([of('', '')])([1])).toBe(1);
  });
});

describe('the note of a report', () => {
  const result = (expected: string, candidate: string, champion: string | null) =>
    ({
      tags: { label: writeLabelSet(expected) },
      candidateAnswer: writeLabelSet(candidate),
      championAnswer: champion === null ? null : writeLabelSet(champion),
      championScore: champion === null ? null : 0.5,
    }) as unknown as PairedResult;
  const suite = { suite: 'holdout/spring', metric: 'jaccard' };

  it('has the champion before the candidate where it answered all', () => {
    const [note] = noteLabelSets(suite, [result('a', 'a', 'b'), result('b', 'b', 'b')]);
    expect(note).toMatch(
      /^holdout\/spring: micro-F1 50\.0 -> 100\.0 %, macro-F1 33\.3 -> 100\.0 %, exact match 50\.0 -> 100\.0 %/,
    );
  });

  it('is of the candidate alone where the champion did not, and there is none of other metrics', () => {
    expect(noteLabelSets(suite, [result('a', 'a', 'a'), result('b', '', null)])[0]).toContain(
      'micro-F1 66.7 %, macro-F1 50.0 %, exact match 50.0 %',
    );
    expect(noteLabelSets({ ...suite, metric: 'accuracy' }, [result('a', 'a', 'a')])).toEqual([]);
  });
});
