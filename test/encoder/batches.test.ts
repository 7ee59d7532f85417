import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { padBatch, planBatches } from '#espalier/encoder/batches.js';

describe('planBatches', () => {
  it('puts each text into exactly one batch, within the limits', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(200)),
        fc.integer({ min: 1, max: 16 }),
        fc.integer({ min: 1, max: 400 }),
        (lengths, rows, tokens) => {
          const batches = planBatches(lengths, { rows, tokens });
          expect(batches.flatMap((batch) => batch.rows).sort((a, b) => a - b)).toEqual(lengths.map((_, i) => i));
          for (const batch of batches) {
            expect(batch.width).toBe(Math.max(1, ...batch.rows.map((row) => lengths[row]!)));
            expect(batch.rows.length).toBeLessThanOrEqual(rows);
            expect(batch.rows.length === 1 || batch.rows.length * batch.width <= tokens).toBe(true);
          }
        },
      ),
    );
  });

  it('sorts by length, and equal lengths by their place', () => {
    expect(planBatches([3, 1, 3, 1, 2], { rows: 2, tokens: 100 })).toEqual([
      { rows: [1, 3], width: 1 },
      { rows: [4, 0], width: 3 },
      { rows: [2], width: 3 },
    ]);
  });
});

describe('padBatch', () => {
  it('pads on the right', () => {
    expect(
      padBatch(
        [
          [5, 6],
          [7, 8, 9],
        ],
        3,
        'right',
        1,
      ),
    ).toEqual({
      spans: [
        { start: 0, length: 2 },
        { start: 0, length: 3 },
      ],
      inputIds: BigInt64Array.of(5n, 6n, 1n, 7n, 8n, 9n),
      attentionMask: BigInt64Array.of(1n, 1n, 0n, 1n, 1n, 1n),
      positionIds: BigInt64Array.of(0n, 1n, 0n, 0n, 1n, 2n),
    });
  });

  it('pads on the left, and counts positions from the first real token', () => {
    expect(
      padBatch(
        [
          [5, 6],
          [7, 8, 9],
        ],
        3,
        'left',
        1,
      ),
    ).toEqual({
      spans: [
        { start: 1, length: 2 },
        { start: 0, length: 3 },
      ],
      inputIds: BigInt64Array.of(1n, 5n, 6n, 7n, 8n, 9n),
      attentionMask: BigInt64Array.of(0n, 1n, 1n, 1n, 1n, 1n),
      positionIds: BigInt64Array.of(0n, 0n, 1n, 0n, 1n, 2n),
    });
  });
});
