import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalise, normOf } from '#espalier/encoder/normalise.js';

const finite = fc.float({ noNaN: true, noDefaultInfinity: true, min: Math.fround(-1e18), max: Math.fround(1e18) });
const vectors = fc.array(finite, { minLength: 1, maxLength: 64 }).map((values) => Float32Array.from(values));

describe('normalise', () => {
  it('gives any vector but zero the length 1 and keeps its direction', () => {
    fc.assert(
      fc.property(vectors, (vector) => {
        // Below about 1e-38 float32 itself loses the digits of a direction.
        fc.pre(normOf(vector) > 1e-30);
        const before = vector.slice();
        const norm = normOf(before);
        normalise(vector);
        expect(normOf(vector)).toBeCloseTo(1, 5);
        for (const [i, value] of vector.entries()) expect(value).toBeCloseTo(before[i]! / norm, 5);
      }),
    );
  });

  it('leaves a vector of zeros, and whatever is outside of the part, alone', () => {
    const vector = Float32Array.of(7, 3, 4, 7, 0, 0);
    normalise(vector, 0.5, 1, 2);
    normalise(vector, 1, 4, 2);
    expect([...vector]).toEqual([7, Math.fround(0.3), Math.fround(0.4), 7, 0, 0]);
  });
});
