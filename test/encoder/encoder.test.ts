/** What every room behind this one relies on: order, independence, determinism, identity. */
import { appendFile, cp, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultPooling, type EncoderDeclaration } from '#espalier/encoder/declaration.js';
import { type Encoder, openEncoder } from '#espalier/encoder/encoder.js';
import { countNgrams } from '#espalier/encoder/ngrams.js';
import { normOf } from '#espalier/encoder/normalise.js';
import { composedSentences, plainSentences, sentencesAtTheLimit } from './sentences.js';
import { table, writeSmallModel } from './small-model.js';
import { temporaryFolder } from './temporary-folder.js';

const root = temporaryFolder();
const useLite: EncoderDeclaration = {
  model: 'use-lite',
  pooling: defaultPooling('use-lite'),
  prompt: '',
  dtype: 'fp32',
  normalise: true,
};

describe('encode', () => {
  let encoder: Encoder;
  const texts = [...composedSentences.slice(0, 60), ...sentencesAtTheLimit, ...plainSentences];

  beforeAll(async () => {
    encoder = await openEncoder(useLite, { cacheFolder: root });
  });
  afterAll(() => encoder.close());

  const rowsOf = async (list: readonly string[]) => {
    const vectors = await encoder.encode(list);
    expect(vectors).toHaveLength(list.length * encoder.dimension);
    return list.map((_, row) => vectors.slice(row * encoder.dimension, (row + 1) * encoder.dimension));
  };

  it('gives unit vectors of 1,024 dimensions, and counts of n-grams behind them', async () => {
    expect([encoder.dense, encoder.lexical, encoder.dimension]).toEqual([1024, 2048, 3072]);
    for (const row of await rowsOf(texts)) {
      expect(normOf(row.subarray(0, 1024))).toBeCloseTo(1, 6);
      expect(row.subarray(1024).every((count) => Number.isInteger(count) && count >= 0)).toBe(true);
    }
  });

  it('gives a text the same vector alone and in any company, in the order of the input', async () => {
    const together = await rowsOf(texts);
    const reversed = (await rowsOf(texts.toReversed())).toReversed();
    for (let row = 0; row < texts.length; row += 3) {
      const [alone] = await rowsOf([texts[row]!]);
      expect(largestDifference(together[row]!, alone!)).toBeLessThan(1e-5);
      expect(largestDifference(together[row]!, reversed[row]!)).toBeLessThan(1e-5);
      // Another text's vector is far away: the order can be told.
      expect(largestDifference(together[row]!, together[(row + 7) % texts.length]!)).toBeGreaterThan(1e-3);
    }
  });

  it('gives the same list the same bytes, also when two calls run at once', async () => {
    const [first, second] = await Promise.all([encoder.encode(texts), encoder.encode(texts)]);
    expect(first).toEqual(second);
    expect(await encoder.encode(texts)).toEqual(first);
  });

  it('tells how far it is', async () => {
    const seen: [number, number][] = [];
    await encoder.encode(texts, { progress: (done, total) => seen.push([done, total]) });
    expect(seen.at(-1)).toEqual([texts.length, texts.length]);
    expect(seen.map(([done]) => done)).toEqual(seen.map(([done]) => done).sort((a, b) => a - b));
  });

  it('takes an empty list and an empty text', async () => {
    expect(await encoder.encode([])).toHaveLength(0);
    const [empty, other] = await rowsOf(['', 'hello']);
    expect(largestDifference(other!, (await rowsOf(['hello']))[0]!)).toBeLessThan(1e-5);
    // An empty text has no tokens to average: that half of its vector is zero.
    expect(normOf(empty!.subarray(0, 1024))).toBeCloseTo(Math.SQRT1_2, 6);
  });

  it.each([
    ['a ligature of eighteen letters', '\ufdfa'.repeat(8000)],
    ['one word', 'x'.repeat(20_000)],
    ['emoji, where a pair of surrogates stands at the cut', `a${'\u{1f600}'.repeat(10_000)}`],
    ['lone surrogates', '\ud800'.repeat(1000)],
    ['combining marks', '\u0344'.repeat(20_000)],
  ])('reads any text, however many tokens it is: %s', async (_, text) => {
    const [row] = await rowsOf([text]);
    expect(row!.every(Number.isFinite)).toBe(true);
  });

  it('reads of a long text what it would read of its beginning', async () => {
    const beginning = 'the parcel did not come and nobody answers the phone '.repeat(200);
    const [long, longer] = await rowsOf([beginning, `${beginning} and then something else`]);
    expect(longer!.subarray(0, 1024)).toEqual(long!.subarray(0, 1024));
  });

  it('keeps windows of texts apart: 2,048 texts are tokenised at a time', async () => {
    const small = await openEncoder(
      { ...useLite, model: await writeSmallModel(join(root, 'windows')), pooling: ['mean'], normalise: false },
      { cacheFolder: root },
    );
    const list = Array.from({ length: 5000 }, (_, i) => ['red', 'green blue', 'blue'][i % 3]!);
    const vectors = await small.encode(list);
    for (const i of [0, 2045, 2047, 2048, 2049, 4096, 4997, 4999]) {
      const wanted = { red: table.red!, blue: table.blue!, 'green blue': [4, 2.5, 9] }[list[i]!]!;
      expect([...vectors.subarray(3 * i, 3 * i + 3)]).toEqual(wanted);
    }
    await small.close();
  });
});

describe('a recipe with n-grams', () => {
  const texts = ['red', 'Red green, red!', 'blue'];

  it('puts their counts beside the vectors, which stay as they are', async () => {
    const model = await writeSmallModel(join(root, 'lexical'));
    const declaration: EncoderDeclaration = { ...useLite, model, pooling: ['mean', 'cls'] };
    const plain = await openEncoder(declaration, { cacheFolder: root });
    const both = await openEncoder({ ...declaration, pooling: ['mean', 'cls', 'ngrams:256'] }, { cacheFolder: root });
    expect(plain).toMatchObject({ dense: 6, lexical: 0, dimension: 6 });
    expect(both).toMatchObject({ dense: 6, lexical: 256, dimension: 262 });

    const vectors = await plain.encode(texts);
    expect(await both.encodeDense(texts)).toEqual(vectors);
    const rows = await both.encode(texts);
    expect(rows).toHaveLength(3 * 262);
    for (const [i, text] of texts.entries()) {
      const row = rows.subarray(i * 262, (i + 1) * 262);
      expect(row.subarray(0, 6)).toEqual(vectors.subarray(i * 6, (i + 1) * 6));
      const counts = new Float32Array(256);
      countNgrams(text, counts);
      expect(row.subarray(6)).toEqual(counts);
    }
    await Promise.all([plain.close(), both.close()]);
  });

  it('counts the text alone, without the prompt', async () => {
    const model = await writeSmallModel(join(root, 'prompted'));
    const rows = await Promise.all(
      ['', 'green '].map(async (prompt) => {
        const encoder = await openEncoder(
          { ...useLite, model, prompt, pooling: ['cls', 'ngrams:256'] },
          { cacheFolder: root },
        );
        const row = await encoder.encode(['red']);
        await encoder.close();
        return row;
      }),
    );
    expect(rows[0]!.subarray(0, 3)).not.toEqual(rows[1]!.subarray(0, 3));
    expect(rows[0]!.subarray(3)).toEqual(rows[1]!.subarray(3));
  });
});

describe('the fingerprint', () => {
  const base: EncoderDeclaration = {
    model: join(root, 'model'),
    pooling: ['mean'],
    prompt: '',
    dtype: 'fp32',
    normalise: true,
  };
  let original: string;

  async function fingerprintOf(declaration: EncoderDeclaration): Promise<string> {
    const encoder = await openEncoder(declaration, { cacheFolder: root, baseFolder: root });
    await encoder.close();
    return encoder.fingerprint;
  }
  async function copied(name: string, change: (folder: string) => Promise<unknown>): Promise<EncoderDeclaration> {
    const model = join(root, name);
    await cp(base.model, model, { recursive: true });
    await change(model);
    return { ...base, model };
  }

  beforeAll(async () => {
    await writeSmallModel(base.model);
    original = await fingerprintOf(base);
  });

  it('is a SHA-256, and the same for the same folder elsewhere, however it is named', async () => {
    expect(original).toMatch(/^[0-9a-f]{64}$/);
    expect(await fingerprintOf(await copied('elsewhere', async () => undefined))).toBe(original);
    expect(await fingerprintOf({ ...base, model: 'model' })).toBe(original);
    expect(await fingerprintOf({ ...base, model: `./${relative(root, base.model)}` })).toBe(original);
  });

  it('changes with each ingredient', async () => {
    const model = (change: Partial<Parameters<typeof writeSmallModel>[1]>) => (folder: string) =>
      writeSmallModel(folder, change);
    const fingerprints = await Promise.all([
      fingerprintOf({ ...base, pooling: ['cls'] }),
      fingerprintOf({ ...base, pooling: ['mean', 'cls'] }),
      fingerprintOf({ ...base, pooling: ['cls', 'mean'] }),
      fingerprintOf({ ...base, pooling: ['max'] }),
      fingerprintOf({ ...base, pooling: ['mean', 'ngrams:256'] }),
      fingerprintOf({ ...base, pooling: ['mean', 'ngrams:512'] }),
      fingerprintOf({ ...base, prompt: 'red ' }),
      fingerprintOf({ ...base, normalise: false }),
      fingerprintOf({
        ...(await copied('dtype', (folder) => cp(join(folder, 'onnx/model.onnx'), join(folder, 'onnx/model_q4.onnx')))),
        dtype: 'q4',
      }),
      fingerprintOf(await copied('weights', model({ table: { ...table, red: [3, 4, 0.001] } }))),
      fingerprintOf(await copied('side', model({ paddingSide: 'left' }))),
      fingerprintOf(await copied('tokenizer', (folder) => appendFile(join(folder, 'tokenizer.json'), '\n'))),
      fingerprintOf(await copied('external', (folder) => writeFile(join(folder, 'onnx/model.onnx_data'), 'weights'))),
      fingerprintOf(await copied('external-2', (folder) => writeFile(join(folder, 'onnx/model.onnx_data'), 'weightS'))),
    ]);
    expect(new Set([original, ...fingerprints]).size).toBe(fingerprints.length + 1);
  });

  it('of the dense part knows nothing of n-grams, and is the whole one where there are none', async () => {
    const densePartOf = async (pooling: EncoderDeclaration['pooling']) => {
      const encoder = await openEncoder({ ...base, pooling }, { cacheFolder: root });
      await encoder.close();
      return encoder.denseFingerprint;
    };
    expect(await densePartOf(['mean'])).toBe(original);
    expect(await densePartOf(['mean', 'ngrams:256'])).toBe(original);
    expect(await densePartOf(['mean', 'ngrams:65536'])).toBe(original);
    expect(await densePartOf(['mean', 'cls', 'ngrams:256'])).toBe(
      await fingerprintOf({ ...base, pooling: ['mean', 'cls'] }),
    );
  });

  it('of the embedded encoder does not depend on where the cache is', async () => {
    const elsewhere = temporaryFolder();
    const [here, there] = await Promise.all(
      [root, elsewhere].map((cacheFolder) => openEncoder(useLite, { cacheFolder })),
    );
    expect(here!.fingerprint).toBe(there!.fingerprint);
    await Promise.all([here!.close(), there!.close()]);
  });
});

function largestDifference(a: Float32Array, b: Float32Array): number {
  return a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i]!)), 0);
}
