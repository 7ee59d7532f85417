import { describe, expect, it } from 'vitest';
import { type Random, seededRandom, shuffled, uniformOf } from '#espalier/core/random.js';

const draw = (count: number, next: () => number) => Array.from({ length: count }, next);
const drawnBy = (random: Random, what: 'uniform' | 'normal') => () => random[what]();

describe('seededRandom', () => {
  it('gives the same stream for the same parts', () => {
    const [one, other] = [seededRandom(7, 'holdout', 'intent'), seededRandom(7, 'holdout', 'intent')];
    expect(draw(100, drawnBy(one, 'uniform'))).toEqual(draw(100, drawnBy(other, 'uniform')));
  });

  // Made with another implementation of SHA-256 seeding and sfc32 (Python, hashlib).
  it('gives the numbers that every machine gives', () => {
    const random = seededRandom(7, 'holdout', 'intent');
    expect(draw(4, drawnBy(random, 'uniform')).map((value) => value * 2 ** 32)).toEqual([
      2_133_636_834, 2_726_859_628, 2_448_166_467, 240_698_142,
    ]);
  });

  it.each([
    ['the seed', [8, 'holdout', 'intent']],
    ['a part', [7, 'holdout', 'topic']],
    ['the number of parts', [7, 'holdout']],
    ['where a part ends', [7, 'holdoutin', 'tent']],
    ['the type of a part', ['7', 'holdout', 'intent']],
  ] as const)('gives another stream when %s differs', (_what, parts) => {
    const [one, other] = [seededRandom(7, 'holdout', 'intent'), seededRandom(...parts)];
    expect(draw(4, drawnBy(one, 'uniform'))).not.toEqual(draw(4, drawnBy(other, 'uniform')));
  });

  it('draws uniforms in [0, 1) that fill sixteen bins evenly', () => {
    const values = draw(16_000, drawnBy(seededRandom(1), 'uniform'));
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThan(1);
    expect(chiSquare(values)).toBeLessThan(chiSquareLimit);
  });

  it.each([1, 7, 525, 2 ** 31])(
    'draws many whole numbers below %i at once as it draws them one by one, and goes on from there',
    (bound) => {
      const [one, other] = [seededRandom('many', bound), seededRandom('many', bound)];
      const many = new Int32Array(300);
      one.integers(bound, many);
      expect([...many]).toEqual(draw(300, () => other.integer(bound)));
      expect(one.uniform()).toBe(other.uniform());
    },
  );

  it('draws whole numbers in [0, bound), each of them', () => {
    const random = seededRandom(2);
    const values = draw(500, () => random.integer(7));
    expect(new Set(values)).toEqual(new Set([0, 1, 2, 3, 4, 5, 6]));
  });

  it('draws normals of mean 0, variance 1 and a kurtosis of 3', () => {
    const values = draw(20_000, drawnBy(seededRandom(3), 'normal'));
    const moment = (power: number) => values.reduce((sum, value) => sum + value ** power, 0) / values.length;
    expect(moment(1)).toBeCloseTo(0, 1);
    expect(moment(2)).toBeCloseTo(1, 1);
    expect(Math.abs(moment(4) - 3)).toBeLessThan(0.2);
  });

  it('draws the two halves of a normal pair independently', () => {
    const values = draw(20_000, drawnBy(seededRandom(4), 'normal'));
    let product = 0;
    for (let index = 0; index < values.length; index += 2) product += values[index]! * values[index + 1]!;
    expect(product / (values.length / 2)).toBeCloseTo(0, 1);
  });
});

describe('shuffled', () => {
  const items = [...Array(50).keys()];

  it('gives a permutation and leaves what it was given', () => {
    const copy = [...items];
    const result = shuffled(items, seededRandom(5));
    expect(items).toEqual(copy);
    expect(result).not.toEqual(items);
    expect(result.toSorted((a, b) => a - b)).toEqual(items);
  });

  it('gives every item every place equally often', () => {
    const random = seededRandom(6);
    const places = Array.from({ length: 4000 }, () => shuffled([0, 1, 2, 3], random));
    for (const item of [0, 1, 2, 3]) {
      for (const place of [0, 1, 2, 3]) {
        const share = places.filter((order) => order[place] === item).length / places.length;
        expect(Math.abs(share - 0.25)).toBeLessThan(0.03);
      }
    }
  });
});

describe('uniformOf', () => {
  it('gives the number that every machine gives', () => {
    expect(uniformOf(7, 'a text')).toBe(0.9700486236615262);
  });

  it('belongs to seed and key alone', () => {
    const before = uniformOf(7, 'a text');
    uniformOf(7, 'another text');
    expect(uniformOf(7, 'a text')).toBe(before);
    expect(uniformOf(8, 'a text')).not.toBe(before);
    expect(uniformOf(7, 'a text.')).not.toBe(before);
  });

  it('fills sixteen bins evenly over many keys, and over many seeds', () => {
    expect(chiSquare(Array.from({ length: 4000 }, (_, index) => uniformOf(7, `key ${index}`)))).toBeLessThan(
      chiSquareLimit,
    );
    expect(chiSquare(Array.from({ length: 4000 }, (_, seed) => uniformOf(seed, 'key')))).toBeLessThan(chiSquareLimit);
  });
});

/** The 0.999 quantile of chi-square with 15 degrees of freedom; the draws are seeded, so a pass stays a pass. */
const chiSquareLimit = 37.7;

function chiSquare(values: readonly number[]): number {
  const bins = new Array<number>(16).fill(0);
  for (const value of values) bins[Math.floor(value * 16)]!++;
  const expected = values.length / 16;
  return bins.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}
