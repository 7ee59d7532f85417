import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { headGraph } from '#espalier/training/heads/head-graph.js';
import { movesEmbedding } from '#espalier/training/heads.js';
import type { TrainedHead } from '#espalier/training/job.js';
import { compile, type NativeFunction } from '#espalier/training/native.js';
import { analytic } from '#espalier/training/strategies/analytic.js';
import { finetune } from '#espalier/training/strategies/finetune.js';
import { relativeError } from '../support/dense.js';
import { clusters, dimension, jobOf, naiveLogits, quiet } from '../support/problem.js';

const classes = 3;
const fresh = clusters({ classes: [0, 1, 2], perClass: 30, noise: 1, seed: 1 });
const { vectors } = clusters({ classes: [0, 1, 2], perClass: 7, noise: 1, seed: 2 });
const count = 21;

describe.each([analytic, finetune])('adapter.onnx of $name', (strategy) => {
  let trained: TrainedHead;
  let adapter: NativeFunction;
  beforeAll(async () => {
    trained = await strategy.train(jobOf(strategy.name, classes, { fresh }), quiet);
    adapter = await compile(headGraph(trained.head), 1);
  });
  afterAll(() => adapter.close());
  const run = (embedding: Float32Array) =>
    adapter.run({ embedding: { data: embedding, dims: [embedding.length / dimension, dimension] } });

  it('gives the logits of the plain arithmetic', async () => {
    expect(relativeError((await run(vectors)).logits!, naiveLogits(trained.head, vectors))).toBeLessThan(1e-5);
  });

  it('gives their softmax as probabilities', async () => {
    const { logits, probabilities } = await run(vectors);
    const wanted = logits!.map((_, index) => {
      const scores = logits!.subarray(
        Math.floor(index / classes) * classes,
        (Math.floor(index / classes) + 1) * classes,
      );
      return Math.exp(logits![index]!) / [...scores].reduce((sum, score) => sum + Math.exp(score), 0);
    });
    expect(relativeError(probabilities!, wanted)).toBeLessThan(1e-5);
  });

  it('gives the embedding as it came, of length 1: a head that reads scores off it changes nothing before them', async () => {
    const { adapted } = await run(vectors);
    for (let row = 0; row < count; row++) {
      const found = adapted!.subarray(row * dimension, (row + 1) * dimension);
      expect(relativeError(found, unit(vectors.slice(row * dimension, (row + 1) * dimension)))).toBeLessThan(1e-6);
    }
    expect(movesEmbedding(trained.head.kind)).toBe(false);
  });

  it('gives each row the same whatever rows are beside it, to rounding', async () => {
    const alone = await run(vectors.slice(0, dimension));
    const together = await run(vectors);
    expect(relativeError(alone.logits!, together.logits!.slice(0, classes))).toBeLessThan(1e-5);
  });

  it('stands an embedding of zeros and the mean itself', async () => {
    const { logits, adapted } = await run(
      Float32Array.from([...new Float32Array(dimension), ...trained.head.tensors.mean!.data]),
    );
    expect([...logits!, ...adapted!].every(Number.isFinite)).toBe(true);
  });
});

function unit(values: Float32Array): number[] {
  const length = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
  return [...values].map((value) => value / length);
}
