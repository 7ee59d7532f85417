import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Answer,
  brierLosses,
  brierScore,
  expectedCalibrationError,
  reliabilityBins,
} from '#espalier/gate/statistics/calibration.js';
import { areaUnderRiskCoverage, riskCoverage } from '#espalier/gate/statistics/selective.js';
import { reference } from './reference.js';

const answersOf = ({ confidence, correct }: { confidence: readonly number[]; correct: readonly boolean[] }): Answer[] =>
  confidence.map((value, index) => ({ confidence: value, correct: correct[index]! }));

const anyAnswers = fc.array(
  fc.record({ confidence: fc.double({ min: 0, max: 1, noNaN: true }), correct: fc.boolean() }),
  {
    minLength: 1,
    maxLength: 80,
  },
);

describe('calibration', () => {
  it.each(reference.calibration)('of given answers is that of NumPy: ECE $ece, Brier $brier, AURC $aurc', (row) => {
    const answers = answersOf(row);
    expect(expectedCalibrationError(answers)).toBeCloseTo(row.ece, 12);
    expect(brierScore(answers)).toBeCloseTo(row.brier, 12);
    expect(areaUnderRiskCoverage(answers)).toBeCloseTo(row.aurc, 12);
    expect(reliabilityBins(answers).map(({ count }) => count)).toEqual(row.counts);
  });

  it('is perfect of answers that are sure and right, and worst of those that are sure and wrong', () => {
    const sure = (correct: boolean) => Array.from({ length: 10 }, () => ({ confidence: 1, correct }));
    const measure = (answers: Answer[]) => [
      expectedCalibrationError(answers),
      brierScore(answers),
      areaUnderRiskCoverage(answers),
    ];
    expect(measure(sure(true))).toEqual([0, 0, 0]);
    expect(measure(sure(false))).toEqual([1, 1, 1]);
  });

  it('puts a confidence on the edge of two bins into the lower one, and 0 into the first', () => {
    const bins = reliabilityBins(
      [0, 0.5, 0.51, 1].map((confidence) => ({ confidence, correct: true })),
      2,
    );
    expect(bins).toEqual([
      { from: 0, to: 0.5, count: 2, confidence: 0.25, accuracy: 1 },
      { from: 0.5, to: 1, count: 2, confidence: 0.755, accuracy: 1 },
    ]);
  });

  it('leaves an empty bin without numbers', () => {
    expect(reliabilityBins([{ confidence: 0.9, correct: true }], 2)[0]).toEqual({
      from: 0,
      to: 0.5,
      count: 0,
      confidence: null,
      accuracy: null,
    });
  });

  it('of no answers is undefined', () => {
    expect([expectedCalibrationError([]), brierScore([]), areaUnderRiskCoverage([])]).toEqual([
      Number.NaN,
      Number.NaN,
      Number.NaN,
    ]);
  });

  it('cannot be off by more, on average, than confidence and accuracy are apart case by case', () => {
    fc.assert(
      fc.property(anyAnswers, (answers) => {
        const apart =
          answers.reduce((sum, { confidence, correct }) => sum + Math.abs(confidence - Number(correct)), 0) /
          answers.length;
        const bias =
          answers.reduce((sum, { confidence, correct }) => sum + confidence - Number(correct), 0) / answers.length;
        expect(expectedCalibrationError(answers)).toBeLessThanOrEqual(apart + 1e-12);
        expect(expectedCalibrationError(answers)).toBeGreaterThanOrEqual(Math.abs(bias) - 1e-12);
      }),
    );
  });
});

describe('brierLosses', () => {
  it('are one a case, the squared gap of confidence and outcome', () => {
    const losses = brierLosses([
      { confidence: 0.75, correct: true },
      { confidence: 0.75, correct: false },
    ]);
    expect([...losses]).toEqual([0.0625, 0.5625]);
  });
});

describe('riskCoverage', () => {
  it('answers the most confident first, and the tied together', () => {
    const answers = [
      { confidence: 0.5, correct: false },
      { confidence: 0.9, correct: true },
      { confidence: 0.5, correct: true },
      { confidence: 0.2, correct: false },
    ];
    expect(riskCoverage(answers)).toEqual([
      { coverage: 0.25, risk: 0, confidence: 0.9 },
      { coverage: 0.75, risk: 1 / 3, confidence: 0.5 },
      { coverage: 1, risk: 0.5, confidence: 0.2 },
    ]);
  });

  it('ends with everything answered, at the error rate; its area does not depend on the order of cases', () => {
    fc.assert(
      fc.property(anyAnswers, (answers) => {
        const wrong = answers.filter(({ correct }) => !correct).length;
        expect(riskCoverage(answers).at(-1)).toMatchObject({ coverage: 1, risk: wrong / answers.length });
        expect(areaUnderRiskCoverage([...answers].reverse())).toBeCloseTo(areaUnderRiskCoverage(answers), 12);
      }),
    );
  });
});
