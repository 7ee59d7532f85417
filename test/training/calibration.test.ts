import { describe, expect, it } from 'vitest';
import { seededRandom } from '#espalier/core/random.js';
import { fitTemperature, negativeLogLikelihoods } from '#espalier/training/ridge/calibration.js';

/** `right` of `count` examples are of class 0; the scores say [score, 0] of each. */
function twoClasses(score: number, right: number, count: number) {
  const scores = Float64Array.from({ length: count * 2 }, (_, index) => (index % 2 === 0 ? score : 0));
  return { scores, targets: Int32Array.from({ length: count }, (_, row) => (row < right ? 0 : 1)) };
}

describe('fitTemperature', () => {
  // sigmoid(score / T) = q at T = score / ln(q / (1 - q)).
  it.each([
    [4, 75, 4 / Math.log(3)],
    [0.5, 90, 0.5 / Math.log(9)],
    [30, 60, 30 / Math.log(1.5)],
  ])('makes the confidence of a score of %f right in %i %% of cases just that', (score, percent, temperature) => {
    const { scores, targets } = twoClasses(score, percent, 100);
    expect(fitTemperature(scores, targets, 2) / temperature).toBeCloseTo(1, 5);
  });

  it('finds the temperature that labels were drawn at', () => {
    const random = seededRandom(5);
    const [count, classes, temperature] = [20_000, 4, 2.5];
    const scores = Float32Array.from({ length: count * classes }, () => 3 * random.normal());
    const targets = Int32Array.from({ length: count }, (_, row) => {
      const weights = [...scores.subarray(row * classes, (row + 1) * classes)].map((score) =>
        Math.exp(score / temperature),
      );
      let left = random.uniform() * weights.reduce((a, b) => a + b);
      const drawn = weights.findIndex((weight) => {
        left -= weight;
        return left < 0;
      });
      return drawn === -1 ? classes - 1 : drawn;
    });
    expect(fitTemperature(scores, targets, classes) / temperature).toBeCloseTo(1, 1);
  });

  it('is where no other temperature near it has a higher likelihood', () => {
    const random = seededRandom(6);
    for (const spread of [0.1, 1, 10]) {
      const scores = Float64Array.from({ length: 300 * 5 }, () => spread * random.normal());
      const targets = Int32Array.from({ length: 300 }, (_, row) =>
        random.uniform() < 0.3 ? random.integer(5) : largestOf(scores, row, 5),
      );
      const found = fitTemperature(scores, targets, 5);
      const cost = (temperature: number) =>
        negativeLogLikelihoods(scores, targets, 5, temperature).reduce((a, b) => a + b);
      for (const factor of [0.5, 0.999, 1.001, 2]) expect(cost(found * factor)).toBeGreaterThan(cost(found));
    }
  });

  it('leaves scores as they are that say nothing', () => {
    expect(fitTemperature(new Float64Array(6), Int32Array.of(0, 1, 1), 2)).toBe(1);
  });

  it('with the doubt of one example stays warm where a few are all told right, and is the same where many are asked', () => {
    const few = twoClasses(3, 6, 6);
    // sigmoid(3 / T) = 13 / 14: six right answers, and one of which half is right.
    expect(fitTemperature(few.scores, few.targets, 2, 1 / 6) / (3 / Math.log(13))).toBeCloseTo(1, 5);
    const many = twoClasses(3, 9_000, 10_000);
    const [sure, doubting] = [0, 1e-4].map((doubt) => fitTemperature(many.scores, many.targets, 2, doubt));
    expect(doubting! / sure!).toBeCloseTo(1, 3);
  });

  it('is within 1/50 and 1000 of what the best score leads the mean of its row by, where all are right or chance is the best guess', () => {
    const sure = twoClasses(3, 100, 100);
    const guess = twoClasses(3, 50, 100);
    expect(fitTemperature(sure.scores, sure.targets, 2)).toBeGreaterThanOrEqual(1.5 / 50);
    expect(fitTemperature(guess.scores, guess.targets, 2)).toBeCloseTo(1500, 3);
  });

  it.each([1e-4, 300, 1e5])(
    'grows with the scores: %f times as large, the temperature is so many times as high',
    (factor) => {
      const { scores, targets } = twoClasses(4, 75, 100);
      const many = scores.map((score) => score * factor);
      expect(fitTemperature(many, targets, 2) / (factor * fitTemperature(scores, targets, 2))).toBeCloseTo(1, 6);
    },
  );

  it('does not count classes that are out of competition as far below', () => {
    const { scores, targets } = twoClasses(4, 75, 100);
    const three = Float64Array.from({ length: 300 }, (_, at) =>
      at % 3 === 2 ? -1e9 : scores[Math.floor(at / 3) * 2 + (at % 3)]!,
    );
    expect(fitTemperature(three, targets, 3)).toBeCloseTo(fitTemperature(scores, targets, 2), 9);
  });
});

describe('negative log-likelihoods', () => {
  it('are -log softmax', () => {
    const scores = Float64Array.of(1, 2, 3, 0, 0, 0);
    const [first, second] = negativeLogLikelihoods(scores, Int32Array.of(2, 1), 3, 2);
    expect(first).toBeCloseTo(Math.log(Math.exp(0.5) + Math.exp(1) + Math.exp(1.5)) - 1.5, 12);
    expect(second).toBeCloseTo(Math.log(3), 12);
  });

  it('stands scores that exp cannot', () => {
    expect(negativeLogLikelihoods(Float64Array.of(5000, 0), Int32Array.of(1), 2, 1)[0]).toBe(5000);
  });
});

function largestOf(scores: Float64Array, row: number, classes: number): number {
  const own = scores.subarray(row * classes, (row + 1) * classes);
  return own.indexOf(Math.max(...own));
}
