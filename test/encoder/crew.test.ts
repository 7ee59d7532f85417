/** Threads that encode: the same bytes whatever their number, stops that are heeded, errors that keep their code. */
import { truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { EncoderDeclaration } from '#espalier/encoder/declaration.js';
import { openEncoder } from '#espalier/encoder/encoder.js';
import { errorOf } from '../support/errors.js';
import { words, writeSmallModel } from './small-model.js';
import { temporaryFolder } from './temporary-folder.js';

const root = temporaryFolder();
const declarationOf = (model: string): EncoderDeclaration => ({
  model,
  pooling: ['mean'],
  prompt: '',
  dtype: 'fp32',
  normalise: true,
});
const open = (model: string, workers: number) =>
  openEncoder(declarationOf(model), { cacheFolder: root, threads: 1, workers });
const texts = Array.from({ length: 3000 }, (_, index) =>
  Array.from({ length: 1 + (index % 7) }, (__, place) => words[(index * (place + 3)) % words.length]!).join(' '),
);

describe('a crew', () => {
  it('gives the same bytes with one thread as with three, and counts every text once', async () => {
    const model = await writeSmallModel(join(root, 'same'));
    const rows: Float32Array[] = [];
    for (const workers of [1, 3]) {
      const encoder = await open(model, workers);
      const seen: number[] = [];
      rows.push(await encoder.encodeDense(texts, { progress: (done) => seen.push(done) }));
      expect(seen.at(-1)).toBe(texts.length);
      expect(seen).toEqual([...seen].sort((a, b) => a - b));
      await encoder.close();
    }
    expect(rows[1]).toEqual(rows[0]);
  });

  it('leaves the batches that wait when it is told to stop, and goes on with other calls', async () => {
    const encoder = await open(await writeSmallModel(join(root, 'stopped')), 2);
    const stop = new AbortController();
    let done = 0;
    const encoding = encoder.encodeDense(texts, {
      signal: stop.signal,
      progress: (count) => {
        done = count;
        stop.abort();
      },
    });
    const other = encoder.encodeDense(texts.slice(0, 5));
    expect(await errorOf(encoding)).toMatchObject({ code: 'INTERRUPTED' });
    expect(done).toBeLessThan(texts.length / 2);
    expect(await other).toHaveLength(5 * encoder.dense);
    await encoder.close();
  });

  it('tells of a model that cannot be loaded with code, file and what to do', async () => {
    const model = await writeSmallModel(join(root, 'damaged'));
    await truncate(join(model, 'onnx', 'model.onnx'), 100);
    const error = await errorOf(open(model, 2));
    expect(error).toMatchObject({ code: 'ENCODER_INVALID', at: { file: join(model, 'onnx', 'model.onnx') } });
    expect(error.hint).toContain('truncated');
  });

  it('does not keep a program alive that forgets to close it', async () => {
    const encoder = await open(await writeSmallModel(join(root, 'forgotten')), 1);
    await encoder.encodeDense(['a']);
    const held = process.getActiveResourcesInfo().filter((name) => name === 'MessagePort');
    await encoder.close();
    expect(held).toEqual([]);
  });
});
