/** Nearest references and signatures, held to a comparison of every pair. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '#espalier/core/random.js';
import { dot } from '#espalier/core/vectors.js';
import { centred, meanOf } from '#espalier/inspecting/centred.js';
import { NearestReferences } from '#espalier/inspecting/nearest.js';
import { signaturesOf, smallestDistances, writeDistances } from '#espalier/inspecting/signatures.js';

const width = 40;

function randomRows(count: number, seed: number): Float32Array {
  const random = seededRandom('nearest test', seed);
  return Float32Array.from({ length: count * width }, () => random.normal() + 3);
}

const rowOf = (vectors: Float32Array, row: number, size = width) => vectors.subarray(row * size, (row + 1) * size);

describe('centred vectors', () => {
  it('have length 1 and, together, the mean 0 before they are scaled', () => {
    const rows = randomRows(20, 1);
    const unit = centred(rows, meanOf(rows, width));
    for (let row = 0; row < 20; row++) expect(dot(rowOf(unit, row), rowOf(unit, row))).toBeCloseTo(1, 5);
  });

  it('take the first columns of longer rows', () => {
    const rows = Float32Array.of(1, 2, 99, 3, 4, 99);
    expect(meanOf(rows, 2, 3)).toEqual(Float32Array.of(2, 3));
    const unit = centred(rows, Float32Array.of(2, 2), 3);
    expect([...unit]).toEqual([-1, 0, Math.fround(1 / Math.sqrt(5)), Math.fround(2 / Math.sqrt(5))]);
  });

  it('are 0 where all are equal', () => {
    const rows = new Float32Array(3 * width).fill(0.1);
    expect(centred(rows, meanOf(rows, width)).every((value) => value === 0)).toBe(true);
    expect(meanOf(new Float32Array(0), 2)).toEqual(Float32Array.of(0, 0));
  });
});

describe('the nearest references', () => {
  it('are those of a comparison with all, without those that are too near', async () => {
    const all = randomRows(90, 2);
    const mean = meanOf(all, width);
    const unit = centred(all, mean);
    const references = unit.slice(0, 70 * width);
    const nearest = await NearestReferences.open(references, width, 1);
    const found = await nearest.find(unit, { count: 5, largestCosine: 0.999 });
    await nearest.close();
    for (let row = 0; row < 90; row++) {
      const cosines = Array.from({ length: 70 }, (_, other) => dot(rowOf(unit, row), rowOf(references, other)));
      const wanted = [...cosines.keys()]
        .filter((other) => cosines[other]! <= 0.999)
        .sort((a, b) => cosines[b]! - cosines[a]!);
      expect([...placesOf(found.rows, row, 5)], String(row)).toEqual(wanted.slice(0, 5));
    }
  });

  it('are fewer than asked for where there are fewer, and none where all are its twins', async () => {
    const one = centred(randomRows(1, 3), new Float32Array(width));
    const nearest = await NearestReferences.open(one, width, 1);
    const other = await nearest.find(
      one.map((value) => -value),
      { count: 3, largestCosine: 0.97 },
    );
    expect([...other.rows]).toEqual([0, -1, -1]);
    expect([...(await nearest.find(one, { count: 3, largestCosine: 0.97 })).rows]).toEqual([-1, -1, -1]);
    await nearest.close();
  });

  it('are none without references', async () => {
    const nearest = await NearestReferences.open(new Float32Array(0), width, 1);
    expect([...(await nearest.find(randomRows(2, 4), { count: 1, largestCosine: 1 })).rows]).toEqual([-1, -1]);
    await nearest.close();
  });
});

const placesOf = (rows: Int32Array, row: number, size: number) => rows.subarray(row * size, (row + 1) * size);

describe('signatures', () => {
  it('differ in the columns on whose mean two vectors are on different sides', () => {
    const rows = randomRows(50, 5);
    const mean = meanOf(rows, width);
    const distances = new Uint16Array(50);
    writeDistances(signaturesOf(rows, mean), signaturesOf(rowOf(rows, 7), mean), distances);
    for (let row = 0; row < 50; row++) {
      const differing = mean.filter((own, column) => rowOf(rows, row)[column]! > own !== rowOf(rows, 7)[column]! > own);
      expect(distances[row]).toBe(differing.length);
    }
    expect(distances[7]).toBe(0);
  });

  it('give as many of the smallest distances as are asked for, with all that equal the last', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 12 }), { maxLength: 4 }),
        fc.integer({ min: 1, max: 20 }),
        (blocks, count) => {
          const distances = blocks.map((block) => Uint16Array.from(block));
          const found = smallestDistances(distances, count, 12);
          const all = blocks.flat().sort((a, b) => a - b);
          const limit = all[Math.min(count, all.length) - 1];
          const expected = blocks.flatMap((block, at) =>
            block.flatMap((own, row) => (limit !== undefined && own <= limit ? [[at, row]] : [])),
          );
          if (all.length >= count) expect(found).toEqual(expected);
          else expect(found).toHaveLength(all.length);
        },
      ),
    );
  });
});
