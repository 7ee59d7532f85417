/** Packed rows: the same numbers in less memory, and the same heads from them. */
import { describe, expect, it } from 'vitest';
import { seededRandom } from '#espalier/core/random.js';
import { countNgrams } from '#espalier/encoder/ngrams.js';
import { keepPacked, type PackedRows, RowPacker, unpackRows } from '#espalier/encoder/packed-rows.js';
import type { LabelledVectors, TrainingJob } from '#espalier/training/job.js';
import { packedBatch, slicesOf } from '#espalier/training/rows.js';
import { received, sendable } from '#espalier/training/sent-job.js';
import { strategies, trainJob } from '#espalier/training/strategies.js';
import { settingsWith } from '../support/declaration.js';
import { jobOf, quiet } from '../support/problem.js';

const dense = 8;
const lexical = 256;
const dimension = dense + lexical;

interface Made {
  readonly packed: PackedRows;
  /** The same rows in full. */
  readonly vectors: Float32Array;
}

function made(count: number, seed: number, wordsOf = (row: number) => `class ${row % 3} word ${row} and more`): Made {
  const random = seededRandom('packed', seed);
  const packer = new RowPacker(count, { dense, lexical });
  const vectors = new Float32Array(count * dimension);
  for (let row = 0; row < count; row++) {
    const vector = Float32Array.from({ length: dense }, (_, column) => random.normal() + (column === row % 3 ? 3 : 0));
    const own = vectors.subarray(row * dimension, (row + 1) * dimension);
    own.set(vector);
    countNgrams(wordsOf(row), own.subarray(dense));
    packer.add(vector, wordsOf(row));
  }
  return { packed: packer.rows(), vectors };
}

const labelsFor = (count: number, firstId: number) => ({
  targets: Int32Array.from({ length: count }, (_, row) => row % 3),
  ids: Int32Array.from({ length: count }, (_, row) => firstId + row),
});

describe('packed rows', () => {
  it('are the same rows, however many n-grams a text has', () => {
    const long = Array.from({ length: 400 }, (_, word) => `w${word}`).join(' ');
    const { packed, vectors } = made(5, 1, (row) => (row === 2 ? '' : row === 3 ? long : 'a few words'));
    expect(unpackRows(packed)).toEqual(vectors);
    expect(unpackRows(packed, 3, 5)).toEqual(vectors.subarray(3 * dimension));
  });

  it('can be some of them, in another order, without a copy', () => {
    const { packed, vectors } = made(4, 1);
    const kept = keepPacked(keepPacked(packed, [3, 1, 0]), [2, 0]);
    expect(kept.values.buffer).toBe(packed.values.buffer);
    expect([...unpackRows(kept)]).toEqual([...vectors.subarray(0, dimension), ...vectors.subarray(3 * dimension)]);
  });

  it('are read slice by slice', () => {
    const { packed, vectors } = made(2500, 1);
    const slices = [...slicesOf(packedBatch(packed, labelsFor(2500, 1)), dimension)];
    expect(slices.map(({ start, end }) => end - start)).toEqual([1024, 1024, 452]);
    expect(Float32Array.from(slices.flatMap((slice) => [...slice.vectors]))).toEqual(vectors);
  });

  it('take less than half of the memory of full rows', () => {
    const { packed, vectors } = made(1000, 1);
    const bytes = packed.values.byteLength + packed.buckets.byteLength + packed.starts.byteLength;
    expect(bytes + packed.places.byteLength).toBeLessThan(vectors.byteLength / 2);
  });
});

/** The same job with full and with packed rows. */
function jobsOf(strategy: string, count: number): readonly [full: TrainingJob, packed: TrainingJob] {
  const weights = Float32Array.from({ length: count }, (_, row) => (row % 4 === 0 ? 0.5 : 1));
  const fresh = { ...made(count, 1), ...labelsFor(count, 1), weights };
  const replayed = { ...made(30, 2), ...labelsFor(30, 10_000) };
  const settings = settingsWith({ epochs: 2, ...(strategy === 'analytic' && { width: 64 }) });
  const of = (batchOf: (batch: typeof replayed & { weights?: Float32Array }) => LabelledVectors) =>
    jobOf(strategy, 3, { ...{ dimension, lexical, settings }, fresh: batchOf(fresh), replayed: batchOf(replayed) });
  return [of(({ packed: _, ...full }) => full), of(({ packed, ...labels }) => packedBatch(packed, labels))];
}

describe.each(strategies.map(({ name }) => name))('the strategy %s', (name) => {
  it('makes the same head of packed rows, to the bit, also where they were sent to a thread', async () => {
    const [full, packed] = jobsOf(name, 90);
    const sent = received(structuredClone(sendable(packed)));
    expect(sent.fresh.packed!.values.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(await trainJob(sent, quiet)).toEqual(await trainJob(full, quiet));
  });
});

describe.each(['analytic', 'slda'])('the closed form %s', (name) => {
  it('never writes all new rows out in full', async () => {
    const [full, job] = jobsOf(name, 3100);
    const { packed, targets, ids, weights } = job.fresh;
    const fresh: LabelledVectors = {
      ...{ packed: packed!, targets, ids, weights: weights! },
      get vectors(): Float32Array {
        throw new Error('all rows were written out');
      },
    };
    expect(await trainJob({ ...job, fresh }, quiet)).toEqual(await trainJob(full, quiet));
  });
});
