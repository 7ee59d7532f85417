import { describe, expect, it } from 'vitest';
import { seededRandom } from '#espalier/core/random.js';
import { fitProbe } from '#espalier/evaluation/probe.js';
import { solveDense } from '../support/dense.js';

function unit(values: readonly number[]): Float32Array {
  const length = Math.hypot(...values);
  return Float32Array.from(values, (value) => value / length);
}

const random = seededRandom('probe');
const around = (centre: readonly number[], noise: number) => unit(centre.map((value) => value + noise * random.normal()));
const centres: Record<string, number[]> = { north: [1, 0, 0, 0, 0, 0], east: [0, 1, 0, 0, 0, 0], up: [0, 0, 1, 0, 0, 0] };
const labels = Object.keys(centres);
const draw = (perClass: number, noise: number) => {
  const drawn = Array.from({ length: perClass * labels.length }, (_, index) => labels[index % labels.length]!);
  return { labels: drawn, vectors: drawn.map((label) => around(centres[label]!, noise)) };
};

describe('a probe', () => {
  it('reads a distinction that is there off a handful of examples', () => {
    const [shots, asked] = [draw(4, 0.2), draw(60, 0.2)];
    const probe = fitProbe(shots.vectors, shots.labels);
    const right = asked.vectors.filter((vector, index) => probe.classify(vector) === asked.labels[index]);
    expect(right.length / asked.vectors.length).toBeGreaterThan(0.95);
  });

  it('reads nothing off vectors that do not hold it', () => {
    const [shots, asked] = [draw(4, 0.2), draw(60, 0.2)];
    const noise = () => around([0, 0, 0, 0, 0, 0], 1);
    const probe = fitProbe(shots.vectors.map(noise), shots.labels);
    const right = asked.vectors.filter((_, index) => probe.classify(noise()) === asked.labels[index]);
    expect(right.length / asked.vectors.length).toBeLessThan(0.5);
  });

  it('does not depend on the order of its examples', () => {
    const [shots, asked] = [draw(5, 0.6), draw(40, 0.6)];
    const [there, back] = [fitProbe(shots.vectors, shots.labels), fitProbe(shots.vectors.toReversed(), shots.labels.toReversed())];
    expect(asked.vectors.map((vector) => back.classify(vector))).toEqual(asked.vectors.map((vector) => there.classify(vector)));
  });

  it('is ridge regression: it answers as the primal solution does', () => {
    const [shots, asked] = [draw(3, 0.7), draw(100, 0.7)];
    const probe = fitProbe(shots.vectors, shots.labels);
    // W = (X^T X + 0.1 I)^-1 X^T Y, over centred one-hot targets.
    const [d, sorted] = [6, [...labels].sort()];
    const gram = Float64Array.from({ length: d * d }, (_, at) =>
      shots.vectors.reduce((sum, x) => sum + x[Math.floor(at / d)]! * x[at % d]!, at % (d + 1) === 0 ? 0.1 : 0),
    );
    const right = Float64Array.from({ length: d * 3 }, (_, at) =>
      shots.vectors.reduce((sum, x, row) => sum + x[Math.floor(at / 3)]! * ((sorted[at % 3] === shots.labels[row] ? 1 : 0) - 1 / 3), 0),
    );
    const weights = solveDense(gram, right, d, 3);
    const primal = asked.vectors.map((x) => {
      const scores = sorted.map((_, column) => x.reduce((sum, value, row) => sum + value * weights[row * 3 + column]!, 0));
      return sorted[scores.indexOf(Math.max(...scores))];
    });
    expect(asked.vectors.map((vector) => probe.classify(vector))).toEqual(primal);
    expect(new Set(primal).size).toBe(3);
  });
});
