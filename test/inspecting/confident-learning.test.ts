/** Confident learning and doubts, held to the definitions written out. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeLabels, thresholdsOf } from '#espalier/inspecting/confident-learning.js';
import { doubtsByBoth, doubtsByNeighbours } from '#espalier/inspecting/doubts.js';
import { votesOf } from '#espalier/inspecting/neighbour-votes.js';

const classes = 3;

interface Drawn {
  readonly rows: readonly { readonly given: number; readonly odds: readonly number[] }[];
}

const drawn: fc.Arbitrary<Drawn> = fc.record({
  rows: fc.array(
    fc.record({
      given: fc.integer({ min: 0, max: classes - 1 }),
      odds: fc.array(fc.integer({ min: 1, max: 50 }), { minLength: classes, maxLength: classes }),
    }),
    { minLength: 1, maxLength: 40 },
  ),
});

function labelledOf({ rows }: Drawn) {
  const probabilities = Float32Array.from(
    rows.flatMap(({ odds }) => odds.map((own) => own / odds.reduce((sum, value) => sum + value, 0))),
  );
  return { probabilities, classes, given: Int32Array.from(rows, ({ given }) => given) };
}

describe('confident learning', () => {
  it('has as threshold of a class the mean of its own examples, and of a class without any the mean of the others', () => {
    const probabilities = Float32Array.of(0.5, 0.25, 0.25, 1, 0, 0, 0, 0.5, 0.5);
    const thresholds = thresholdsOf({ probabilities, classes, given: Int32Array.of(0, 0, 1) });
    expect([...thresholds]).toEqual([0.75, 0.5, 0.625]);
  });

  it('counts each example as the joint of the paper does', () => {
    fc.assert(
      fc.property(drawn, (made) => {
        const labelled = labelledOf(made);
        const { given, probabilities } = labelled;
        const thresholds = thresholdsOf(labelled);
        const joint = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
        const judged = judgeLabels(labelled);
        for (const [row, label] of given.entries()) {
          const own = [...probabilities.slice(row * classes, (row + 1) * classes)];
          const confident = own.flatMap((value, index) => (value >= thresholds[index]! ? [index] : []));
          const best = confident.sort((a, b) => own[b]! - own[a]! || a - b)[0];
          if (best !== undefined) joint[label]![best]!++;
          expect(judged.isConfident[row]).toBe(best !== undefined && best !== label ? 1 : 0);
          if (judged.isConfident[row]) expect(judged.proposed[row]).toBe(best);
          expect(judged.proposed[row]).not.toBe(label);
        }
        const estimate = joint.reduce((sum, counts, label) => {
          const all = counts.reduce((total, count) => total + count, 0);
          const examples = given.filter((own) => own === label).length;
          return all === 0 ? sum : sum + (examples * (all - counts[label]!)) / all;
        }, 0);
        expect(judged.estimate).toBeCloseTo(estimate, 9);
      }),
    );
  });

  it('proposes nothing where there is one class', () => {
    const judged = judgeLabels({ probabilities: Float32Array.of(1, 1), classes: 1, given: Int32Array.of(0, 0) });
    expect([...judged.proposed]).toEqual([-1, -1]);
    expect(judged.estimate).toBe(0);
  });
});

describe('the votes of neighbours', () => {
  it('count a near one more, and say how many differ', () => {
    const votes = votesOf(0, [1, 0, 0, 2], [0.9, 0.5, 0.5, 0.1]);
    expect(votes).toMatchObject({ disagreement: 0.5, proposed: 1 });
    expect(votes.margin).toBeCloseTo((0.9 ** 4 - 2 * 0.5 ** 4) / (0.9 ** 4 + 2 * 0.5 ** 4 + 0.1 ** 4), 12);
  });

  it('say nothing without neighbours, and propose nothing where all agree', () => {
    expect(votesOf(0, [], [])).toEqual({ disagreement: null, proposed: -1, margin: 0 });
    expect(votesOf(0, [0, 0], [1, 1])).toEqual({ disagreement: 0, proposed: -1, margin: -1 });
  });
});

describe('doubts', () => {
  const given = Int32Array.of(0, 0, 1);
  const near = [
    { answers: [0, 0], cosines: [0.9, 0.9] },
    { answers: [1, 1], cosines: [0.9, 0.9] },
    { answers: [], cosines: [] },
  ];

  it('of both witnesses are the logarithm of the odds and two for neighbours that all disagree', () => {
    const probabilities = Float32Array.of(0.75, 0.25, 0.125, 0.875, 0.25, 0.75);
    const { doubts } = doubtsByBoth({ given, near }, { probabilities, classes: 2 });
    expect(doubts).toMatchObject([{ row: 1, proposed: 1, labelProbability: 0.125, proposedProbability: 0.875 }]);
    expect(doubts[0]!.score).toBeCloseTo(Math.log(7) + 2, 6);
  });

  it('stay finite where a probability is 0', () => {
    const probabilities = Float32Array.of(1, 0, 0, 1, 0, 1);
    const { doubts } = doubtsByBoth({ given, near }, { probabilities, classes: 2 });
    expect(doubts.map(({ row, score }) => [row, Number.isFinite(score)])).toEqual([[1, true]]);
  });

  it('of neighbours alone are how far they are outvoted', () => {
    expect(doubtsByNeighbours({ given, near })).toMatchObject({
      doubts: [{ row: 1, proposed: 1, score: 1, disagreement: 1, labelProbability: null }],
      estimate: null,
    });
  });
});
