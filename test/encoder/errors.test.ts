/** What a user meets when an encoder cannot be used: a code, the file, and what to do. */
import { readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EspalierError } from '#espalier/core/errors.js';
import type { EncoderDeclaration } from '#espalier/encoder/declaration.js';
import { openEncoder } from '#espalier/encoder/encoder.js';
import { dimension, lookUp, table, textInputs, tokenTable, words, writeSmallModel } from './small-model.js';
import { temporaryFolder } from './temporary-folder.js';

const root = temporaryFolder();
let folders = 0;
const newFolder = () => join(root, `${folders++}`);

function open(model: string, declaration: Partial<EncoderDeclaration> = {}) {
  return openEncoder(
    { model, pooling: ['mean'], prompt: '', dtype: 'fp32', normalise: true, ...declaration },
    { cacheFolder: join(root, 'cache'), allowHub: false },
  );
}

async function errorOf(work: Promise<unknown>): Promise<EspalierError> {
  const thrown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(thrown).toBeInstanceOf(EspalierError);
  return thrown as EspalierError;
}

describe('ENCODER_NOT_FOUND', () => {
  it('names the folder that does not exist', async () => {
    const error = await errorOf(open('./no/such/folder'));
    expect(error.code).toBe('ENCODER_NOT_FOUND');
    expect(error.message).toContain('no/such/folder does not exist');
  });

  it.each(['config.json', 'tokenizer.json', 'tokenizer_config.json', 'onnx/model.onnx'])(
    'names the file that is missing: %s',
    async (name) => {
      const folder = await writeSmallModel(newFolder());
      await rm(join(folder, name));
      const error = await errorOf(open(folder));
      expect(error.code).toBe('ENCODER_NOT_FOUND');
      expect(error.message).toBe(`the encoder folder ${folder} lacks ${name}`);
      expect(error.at?.file).toBe(join(folder, name));
    },
  );

  it('names the file of the dtype', async () => {
    const error = await errorOf(open(await writeSmallModel(newFolder()), { dtype: 'q8' }));
    expect(error.code).toBe('ENCODER_NOT_FOUND');
    expect(error.message).toContain('model_quantized.onnx');
  });

  it('refuses what is neither a folder nor a name', async () => {
    expect((await errorOf(open('two words'))).code).toBe('ENCODER_NOT_FOUND');
    expect((await errorOf(open('owner/..'))).code).toBe('ENCODER_NOT_FOUND');
  });
});

describe('ENCODER_INVALID', () => {
  it.each([0, 100, 0.5])('a model file that was cut off (%s)', async (kept) => {
    const folder = await writeSmallModel(newFolder());
    const file = join(folder, 'onnx/model.onnx');
    const size = (await readFile(file)).length;
    await truncate(file, kept < 1 ? Math.floor(size * kept) : kept);
    const error = await errorOf(open(folder));
    expect(error.code).toBe('ENCODER_INVALID');
    expect(error.at?.file).toBe(file);
  });

  it.each(['tokenizer.json', 'config.json'])('%s that is not JSON', async (name) => {
    const folder = await writeSmallModel(newFolder());
    await writeFile(join(folder, name), '{"half');
    const error = await errorOf(open(folder));
    expect(error.code).toBe('ENCODER_INVALID');
    expect(error.at?.file).toBe(join(folder, name));
  });

  it('a vector that is not a number, with the place of its text', async () => {
    const folder = await writeSmallModel(newFolder(), { table: { ...table, blue: [1, Number.NaN, 1] } });
    const encoder = await open(folder);
    await expect(encoder.encode(['red', 'green'])).resolves.toHaveLength(2 * dimension);
    const error = await errorOf(encoder.encode(['red', 'green red', 'blue', 'green']));
    expect(error.code).toBe('ENCODER_INVALID');
    expect(error.message).toContain('text 3 ');
    await encoder.close();
  });

  it('a model that fails while it runs: a table shorter than the vocabulary', async () => {
    const folder = await writeSmallModel(newFolder());
    const tokenizer = JSON.parse(await readFile(join(folder, 'tokenizer.json'), 'utf8'));
    tokenizer.model.vocab.violet = words.length + 5;
    await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(tokenizer));
    const encoder = await open(folder);
    const error = await errorOf(encoder.encode(['red', 'violet']));
    expect(error.code).toBe('ENCODER_INVALID');
    expect(error.message).toContain('while it ran');
    await encoder.close();
  });
});

it('ENCODER_INPUT_MISSING names the foreign input', async () => {
  const folder = await writeSmallModel(newFolder(), {
    graph: (graph, rows) => {
      graph.input('pixel_values', 'float32', ['batch', 3]);
      tokenTable(graph, rows);
    },
  });
  const error = await errorOf(open(folder));
  expect(error.code).toBe('ENCODER_INPUT_MISSING');
  expect(error.message).toContain('pixel_values');
});

describe('ENCODER_OUTPUT_MISSING', () => {
  it('lists the outputs there are when there is no last_hidden_state', async () => {
    const folder = await writeSmallModel(newFolder(), {
      graph: (graph, rows) =>
        graph.output(lookUp(graph, textInputs(graph), rows), 'token_embeddings', 'float32', [
          'batch',
          'tokens',
          dimension,
        ]),
    });
    const error = await errorOf(open(folder));
    expect(error.code).toBe('ENCODER_OUTPUT_MISSING');
    expect(error.message).toContain('last_hidden_state');
    expect(error.hint).toContain('token_embeddings');
  });

  it('lists the outputs there are when the named one is missing', async () => {
    const error = await errorOf(
      open(await writeSmallModel(newFolder()), { pooling: ['mean', 'output:sentence_embedding'] }),
    );
    expect(error.code).toBe('ENCODER_OUTPUT_MISSING');
    expect(error.message).toContain('no output sentence_embedding');
    expect(error.hint).toContain('last_hidden_state');
  });

  it('lists the outputs there are when the one to pool is missing', async () => {
    const error = await errorOf(
      open(await writeSmallModel(newFolder()), { pooling: ['mean', 'max:first_hidden_state', 'ngrams:256'] }),
    );
    expect(error.code).toBe('ENCODER_OUTPUT_MISSING');
    expect(error.message).toContain('no output first_hidden_state, which pooling max:first_hidden_state reads');
    expect(error.hint).toContain('last_hidden_state');
  });

  it('says so when the named output has another shape', async () => {
    const error = await errorOf(open(await writeSmallModel(newFolder()), { pooling: ['output:last_hidden_state'] }));
    expect(error.code).toBe('ENCODER_OUTPUT_MISSING');
    expect(error.message).toContain('[batch, dim]');
  });

  it('says so when the output to pool has no tokens', async () => {
    const error = await errorOf(open('use-lite', { pooling: ['mean:sentence_embedding'] }));
    expect(error.code).toBe('ENCODER_OUTPUT_MISSING');
    expect(error.message).toContain('[batch, tokens, dim]');
  });
});

describe('DECLARATION_INVALID', () => {
  it.each<Partial<EncoderDeclaration>>([
    { dtype: 'fp8' },
    { pooling: [] },
    { pooling: ['min' as 'mean'] },
    { pooling: ['output:'] },
    { pooling: ['ngrams:256', 'mean'] },
    { pooling: ['ngrams:256'] },
    { pooling: ['mean', 'ngrams:1000'] },
  ])('%j, with a hint', async (declaration) => {
    const error = await errorOf(open('use-lite', declaration));
    expect(error.code).toBe('DECLARATION_INVALID');
    expect(error.hint).toMatch(/\w/);
  });
});

it('INTERRUPTED: a signal stops the work between two batches', async () => {
  const encoder = await open(await writeSmallModel(newFolder()));
  const controller = new AbortController();
  const seen: number[] = [];
  const work = encoder.encode(
    Array.from({ length: 200 }, () => 'red blue'),
    {
      signal: controller.signal,
      progress: (done) => {
        seen.push(done);
        controller.abort();
      },
    },
  );
  expect((await errorOf(work)).code).toBe('INTERRUPTED');
  // A batch that had begun is finished; the other five are not begun.
  expect(seen.length).toBeLessThanOrEqual(2);
  await expect(encoder.encode(['red'])).resolves.toHaveLength(dimension);
  await encoder.close();
});
