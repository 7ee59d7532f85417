/** The converted encoder gives the vectors that the original gives. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Encoder, openEncoder } from '#espalier/encoder/encoder.js';
import { firstLayer, openOriginalEncoder, originalVocabulary } from './original-encoder.js';
import { originalTokenizer } from './original-tokenizer.js';
import { longSentences, oddSentences, plainSentences, sentencesAtTheLimit } from './sentences.js';

const dimension = 512;
const tolerance = 1e-4;

describe('the embedded encoder', () => {
  let cacheFolder: string;
  let encoder: Encoder;

  beforeAll(async () => {
    cacheFolder = await mkdtemp(join(tmpdir(), 'espalier-encoder-'));
    const declaration = {
      model: 'use-lite',
      pooling: ['output:sentence_embedding'],
      prompt: '',
      dtype: 'fp32',
      normalise: false,
    } as const;
    encoder = await openEncoder(declaration, { cacheFolder });
  });
  afterAll(async () => {
    await encoder?.close();
    await rm(cacheFolder, { recursive: true, force: true });
  });

  it('agrees with the TensorFlow.js graph on plain, odd and over-long sentences', async () => {
    const sentences = [...plainSentences, ...oddSentences.slice(0, 24), longSentences[0]!, ...sentencesAtTheLimit];
    expect(new Set(sentences).size).toBeGreaterThanOrEqual(50);
    const tokenize = originalTokenizer(originalVocabulary());
    const tokens = sentences.map(tokenize);
    expect(Math.max(...tokens.map((ids) => ids.length))).toBeGreaterThan(128);
    expect(Math.min(...tokens.map((ids) => ids.length))).toBe(1);

    const original = await openOriginalEncoder();
    const ours = await encoder.encode(sentences);
    let largest = 0;
    let smallestCosine = 1;
    for (const [row, ids] of tokens.entries()) {
      const theirs = await original([ids]);
      const mine = ours.subarray(row * dimension, (row + 1) * dimension);
      largest = Math.max(largest, ...theirs.map((value, i) => Math.abs(value - mine[i]!)));
      smallestCosine = Math.min(smallestCosine, cosine(mine, theirs));
    }
    console.info(
      `parity over ${sentences.length} sentences: largest difference ${largest.toExponential(2)}, smallest cosine ${smallestCosine}`,
    );
    expect(largest).toBeLessThan(tolerance);
    expect(smallestCosine).toBeGreaterThan(0.999999);
  });

  it('agrees with the original on a padded batch that holds an empty text', async () => {
    const sentences = ['hello', '', 'Can you transfer 200 euros to my savings account?'];
    const original = await openOriginalEncoder();
    const theirs = await original(sentences.map(originalTokenizer(originalVocabulary())));
    const ours = await encoder.encode(sentences);
    expect(Math.max(...theirs.map((value, i) => Math.abs(value - ours[i]!)))).toBeLessThan(tolerance);
  });

  it('agrees with the original on the token vectors after the first layer, as their means and largest elements show', async () => {
    const pooling = ['mean:first_hidden_state', 'max:first_hidden_state', 'last:first_hidden_state'] as const;
    const first = await openEncoder(
      { model: 'use-lite', pooling, prompt: '', dtype: 'fp32', normalise: false },
      { cacheFolder },
    );
    const sentences = [
      ...plainSentences.slice(0, 12),
      ...oddSentences.slice(0, 12),
      longSentences[0]!,
      ...sentencesAtTheLimit,
    ];
    const original = await openOriginalEncoder(firstLayer);
    const tokenize = originalTokenizer(originalVocabulary());
    const ours = await first.encode(sentences);
    let largest = 0;
    let scale = 0;
    for (const [row, text] of sentences.entries()) {
      const theirs = pooled(await original([tokenize(text)]));
      const mine = ours.subarray(row * first.dimension, (row + 1) * first.dimension);
      expect(theirs).toHaveLength(mine.length);
      largest = Math.max(largest, ...theirs.map((value, i) => Math.abs(value - mine[i]!)));
      scale = Math.max(scale, ...theirs.map(Math.abs));
    }
    console.info(
      `parity of the first layer over ${sentences.length} sentences: largest difference ${largest.toExponential(2)}, largest element ${scale.toFixed(1)}`,
    );
    // These vectors were not normalised yet: what counts is the difference beside their own size.
    expect(largest / scale).toBeLessThan(tolerance / 100);
    await first.close();
  });
});

/** Token vectors [tokens, 512] -> their mean, their largest elements, and the last of them. */
function pooled(tokens: Float32Array): Float32Array {
  const rows = Array.from({ length: tokens.length / dimension }, (_, row) =>
    tokens.subarray(row * dimension, (row + 1) * dimension),
  );
  const mean = rows[0]!.map((_, i) => rows.reduce((sum, row) => sum + row[i]!, 0) / rows.length);
  const max = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]!)));
  return Float32Array.from([...mean, ...max, ...rows.at(-1)!]);
}

function cosine(a: Float32Array, b: Float32Array): number {
  let [dot, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    dot += a[i]! * b[i]!;
    aa += a[i]! ** 2;
    bb += b[i]! ** 2;
  }
  return dot / Math.sqrt(aa * bb);
}
