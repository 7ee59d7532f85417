import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '#espalier/core/random.js';
import { fitProbe } from '#espalier/evaluation/algorithms/probe.js';
import { fitLogisticRegression } from '#espalier/training/logistic-regression.js';

interface Reference {
  readonly vectors: readonly number[][];
  readonly labels: readonly number[];
  readonly asked: readonly number[][];
  /** [asked, classes] */
  readonly probabilities: readonly number[][];
}

const reference = JSON.parse(
  readFileSync(new URL('reference/logistic_regression.json', import.meta.url), 'utf8'),
) as Reference[];

function unit(values: readonly number[]): Float32Array {
  const length = Math.hypot(...values);
  return Float32Array.from(values, (value) => value / length);
}

const random = seededRandom('probe');
const around = (centre: readonly number[], noise: number) =>
  unit(centre.map((value) => value + noise * random.normal()));
const centres: Record<string, number[]> = {
  north: [1, 0, 0, 0, 0, 0],
  east: [0, 1, 0, 0, 0, 0],
  up: [0, 0, 1, 0, 0, 0],
};
const labels = Object.keys(centres);
const draw = (perClass: number, noise: number) => {
  const drawn = Array.from({ length: perClass * labels.length }, (_, index) => labels[index % labels.length]!);
  return { labels: drawn, vectors: drawn.map((label) => around(centres[label]!, noise)) };
};

describe('a probe', () => {
  it('reads a distinction that is there off a handful of examples', async () => {
    const [shots, asked] = [draw(4, 0.2), draw(60, 0.2)];
    const probe = await fitProbe(shots.vectors, shots.labels);
    const right = asked.vectors.filter((vector, index) => probe.read(vector).label === asked.labels[index]);
    expect(right.length / asked.vectors.length).toBeGreaterThan(0.95);
  });

  it('reads nothing off vectors that do not hold it', async () => {
    const [shots, asked] = [draw(4, 0.2), draw(60, 0.2)];
    const noise = () => around([0, 0, 0, 0, 0, 0], 1);
    const probe = await fitProbe(shots.vectors.map(noise), shots.labels);
    const right = asked.vectors.filter((_, index) => probe.read(noise()).label === asked.labels[index]);
    expect(right.length / asked.vectors.length).toBeLessThan(0.5);
  });

  it('does not depend on the order of its examples', async () => {
    const [shots, asked] = [draw(5, 0.6), draw(40, 0.6)];
    const [there, back] = [
      await fitProbe(shots.vectors, shots.labels),
      await fitProbe(shots.vectors.toReversed(), shots.labels.toReversed()),
    ];
    expect(asked.vectors.map((vector) => back.read(vector).label)).toEqual(
      asked.vectors.map((vector) => there.read(vector).label),
    );
  });

  it('is as sure of an answer as it says, and its probabilities sum to 1', async () => {
    const shots = draw(4, 0.2);
    const reading = (await fitProbe(shots.vectors, shots.labels)).read(unit([0, 1, 0, 0, 0, 0]));
    expect([reading.label, [...reading.probabilities.keys()]]).toEqual(['east', ['east', 'north', 'up']]);
    expect(reading.confidence).toBe(reading.probabilities.get('east'));
    expect([...reading.probabilities.values()].reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
  });

  it.each(reference.map((row) => [Math.max(...row.labels) + 1, row.vectors[0]!.length, row] as const))(
    'is logistic regression: of %i classes in %i dimensions it gives the probabilities of the reference',
    async (classes, _, row) => {
      const vectors = row.vectors.map((vector) => Float32Array.from(vector));
      const probe = await fitProbe(
        vectors,
        row.labels.map((label) => `${label}`),
      );
      for (const [index, vector] of row.asked.entries()) {
        const { probabilities } = probe.read(Float32Array.from(vector));
        expect(probabilities.size).toBe(classes);
        for (const [label, share] of row.probabilities[index]!.entries())
          expect(probabilities.get(`${label}`)).toBeCloseTo(share, 5);
      }
    },
  );

  it('is fitted in time that hardly depends on how wide the vectors are', async () => {
    const wide = (label: string) => {
      const vector = new Float32Array(4000);
      for (let index = 0; index < vector.length; index++)
        vector[index] = (label === labels[index % 3] ? 0.1 : 0) + random.normal();
      const length = Math.hypot(...vector);
      return vector.map((value) => value / length);
    };
    const drawn = Array.from({ length: 96 }, (_, index) => labels[index % 3]!);
    const vectors = drawn.map(wide);
    const start = performance.now();
    const probe = await fitProbe(vectors, drawn);
    expect(performance.now() - start).toBeLessThan(1500);
    expect(vectors.map((vector) => probe.read(vector).label)).toEqual(drawn);
  });
});

describe('the minimum', () => {
  it('has no gradient left: the weights are c times the sum of each error times its example', async () => {
    const { vectors, labels: drawn } = draw(6, 0.8);
    const targets = Int32Array.from(drawn, (label) => labels.indexOf(label));
    const gram = Float64Array.from(
      vectors.flatMap((a) => vectors.map((b) => a.reduce((sum, value, index) => sum + value * b[index]!, 0))),
    );
    const { coefficients, intercepts } = await fitLogisticRegression({ gram, targets, classes: 3, c: 2 });
    const sumOver = (share: (row: number) => number, axis: number) =>
      vectors.reduce((sum, vector, row) => sum + share(row) * vector[axis]!, 0);
    for (let axis = 0; axis < 6; axis++) {
      for (const one of intercepts.keys()) {
        const errorOf = (row: number) => 2 * ((one === targets[row] ? 1 : 0) - shareOf(row, one));
        expect(sumOver((row) => coefficients[row * 3 + one]!, axis)).toBeCloseTo(sumOver(errorOf, axis), 5);
      }
    }
    function shareOf(row: number, one: number): number {
      const scores = intercepts.map((intercept, own) =>
        vectors.reduce(
          (sum, _, other) => sum + gram[row * vectors.length + other]! * coefficients[other * 3 + own]!,
          intercept,
        ),
      );
      return Math.exp(scores[one]!) / scores.reduce((sum, score) => sum + Math.exp(score), 0);
    }
  });

  it('is found where examples repeat, and their Gram matrix is singular', async () => {
    const gram = Float64Array.of(1, 1, 0, 1, 1, 0, 0, 0, 1);
    const { coefficients } = await fitLogisticRegression({ gram, targets: Int32Array.of(0, 0, 1), classes: 2, c: 1 });
    expect([...coefficients].every(Number.isFinite)).toBe(true);
    expect(coefficients[0]).toBeCloseTo(coefficients[2]!, 6);
  });
});
