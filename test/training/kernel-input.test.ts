/** What the random features read of n-grams. */
import { describe, expect, it } from 'vitest';
import { seededRandom } from '#espalier/core/random.js';
import { scoresOf } from '#espalier/training/heads/head-graph.js';
import type { Head, LabelledVectors, TrainedHead } from '#espalier/training/job.js';
import { drawSigns, foldsOf, kernelInputs } from '#espalier/training/ridge/kernel-input.js';
import { analytic } from '#espalier/training/strategies/analytic.js';
import { settingsWith } from '../support/declaration.js';
import { accuracyOf, jobOf, naiveRelu, quiet } from '../support/problem.js';

const [dense, lexical] = [8, 1024];
const stride = dense + lexical;
const plain = {
  mean: { dims: [dense], data: new Float32Array(dense) },
  scale: { dims: [dense], data: new Float32Array(dense).fill(1) },
};

/** A row of a random dense part and counts in these buckets. */
function row(buckets: readonly number[], seed = 1): Float32Array {
  const random = seededRandom('row', seed);
  const vector = new Float32Array(stride);
  for (let index = 0; index < dense; index++) vector[index] = random.normal();
  for (const bucket of buckets) vector[dense + bucket]! += 1;
  return vector;
}

const read = (vector: Float32Array, seed = 7) =>
  kernelInputs(vector, { ...plain, signs: drawSigns(lexical, seed) }, stride);
const dot = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((sum, value, index) => sum + value * b[index]!, 0);
const words = (z: Float32Array) => z.subarray(dense);

describe('what the features read', () => {
  it('is the dense part and 512 folds, together of length sqrt(d + m), the folds a fifth as long as the rest', () => {
    const z = read(row([3, 70, 70, 900]));
    expect([foldsOf('relu', lexical), z.length]).toEqual([512, dense + 512]);
    expect(Math.sqrt(dot(z, z))).toBeCloseTo(Math.sqrt(dense + 512), 4);
    expect(Math.sqrt(dot(words(z), words(z)) / dot(z.subarray(0, dense), z.subarray(0, dense)))).toBeCloseTo(0.2, 5);
  });

  it('has nothing of n-grams where there are none, and the dense part alone where features are the embedding itself', () => {
    expect([...words(read(row([])))].every((value) => value === 0)).toBe(true);
    expect(foldsOf('none', lexical)).toBe(0);
    expect(kernelInputs(row([1]), plain, stride).length).toBe(dense);
  });

  it('keeps inner products of square roots of counts right on average over signs', () => {
    const [a, b] = [row([1, 2, 3, 3, 600]), row([2, 3, 514, 900])];
    const counts = (vector: Float32Array) => Float64Array.from(vector.subarray(dense), Math.sqrt);
    const cosine = dot(counts(a), counts(b)) / Math.sqrt(dot(counts(a), counts(a)) * dot(counts(b), counts(b)));
    const seen = Array.from({ length: 400 }, (_, seed) => {
      const [y, z] = [words(read(a, seed)), words(read(b, seed))];
      return dot(y, z) / Math.sqrt(dot(y, y) * dot(z, z));
    });
    // 2 and 514 fall into one fold: a fixed sign would add a share of 1 / sqrt(5 * 4) each time.
    expect(Math.abs(seen.reduce((sum, value) => sum + value, 0) / seen.length - cosine)).toBeLessThan(0.03);
  });
});

/** Four groups of two classes: neither the dense part nor the words tell them apart, only both together. */
function crossed(count: number, seed: number): LabelledVectors {
  const random = seededRandom('crossed', seed);
  const vectors = new Float32Array(count * stride);
  const targets = new Int32Array(count);
  for (let index = 0; index < count; index++) {
    const [side, word] = [random.integer(2), random.integer(2)];
    for (let column = 0; column < dense; column++)
      vectors[index * stride + column] = random.normal() * 0.5 + (column < 4 === (side === 0) ? 1 : -1);
    for (let draw = 0; draw < 6; draw++) vectors[index * stride + dense + 100 * word + random.integer(20)]! += 1;
    targets[index] = side === word ? 1 : 0;
  }
  return { vectors, targets, ids: Int32Array.from({ length: count }, (_, index) => index) };
}

describe('the closed-form head', () => {
  const [fresh, asked] = [crossed(400, 1), crossed(200, 2)];
  const job = jobOf('analytic', 2, { dimension: stride, lexical, fresh, settings: settingsWith({ width: 512 }) });
  const train = (): Promise<TrainedHead> => analytic.train(job, quiet);

  it('learns what only n-grams and meaning together say', async () => {
    const trained = await train();
    expect(await accuracyOf(trained, asked)).toBeGreaterThan(0.9);
    const blind = await analytic.train({ ...job, dimension: dense, lexical: 0, fresh: denseOf(fresh) }, quiet);
    expect(await accuracyOf(blind, denseOf(asked))).toBeLessThan(0.65);
  });

  it('serves the same features that it was fitted on', async () => {
    const { head } = await train();
    const { mean, scale, signs, map, weight, bias } = head.tensors;
    const inputs = kernelInputs(asked.vectors, { mean: mean!, scale: scale!, signs }, stride);
    const features = naiveRelu(inputs, map!);
    const [width, classes] = [weight!.dims[0]!, 2];
    const served = await scoresOf(
      { ...head, tensors: { ...head.tensors, lexical: { dims: [lexical, 2], data: new Float32Array(lexical * 2) } } },
      asked.vectors,
      1,
    );
    for (let example = 0; example < 200; example++) {
      for (let index = 0; index < classes; index++) {
        const own = features.subarray(example * width, (example + 1) * width);
        const score = own.reduce(
          (sum, value, feature) => sum + (value / 32) * weight!.data[feature * classes + index]!,
          bias!.data[index]!,
        );
        expect(Math.abs(served[example * classes + index]! - score)).toBeLessThan(0.02 * Math.max(1, Math.abs(score)));
      }
    }
  });

  it('of before n-grams were folded still serves, and is not gone on from: everything is learned once more', async () => {
    const trained = await train();
    const { folds: _, ...shape } = trained.head.shape;
    const { signs: __, map, ...tensors } = trained.head.tensors;
    const cut = { dims: [dense, 512], data: (map!.data as Float32Array).slice(0, dense * 512) };
    const older: Head = { ...trained.head, shape: shape as Head['shape'], tensors: { ...tensors, map: cut } };
    expect((await scoresOf(older, asked.vectors, 1)).every(Number.isFinite)).toBe(true);
    expect(analytic.continues(trained, job.settings)).toBe(true);
    expect(analytic.continues({ ...trained, head: older }, job.settings)).toBe(false);
  });
});

/** Without n-grams. */
function denseOf(batch: LabelledVectors): LabelledVectors {
  const rows = [...batch.targets.keys()].map((index) => batch.vectors.subarray(index * stride, index * stride + dense));
  return { ...batch, vectors: Float32Array.from(rows.flatMap((own) => [...own])) };
}
